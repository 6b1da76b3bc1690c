"""The schema's history, applied at start; Alembic runs only when there is something to do."""

HEAD = "0006"
"""The revision this version of the program works with; a test compares it with the scripts."""
