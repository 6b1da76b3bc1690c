"""Read-only queries for cards and lists: a bounded number of statements in a book of any size."""
