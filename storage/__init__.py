"""The book in SQLite or PostgreSQL: rows in, values out."""
