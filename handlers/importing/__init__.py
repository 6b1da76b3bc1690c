"""Files that people bring: from bytes to typed rows (`intake`), and from rows to the book.

Kept empty on purpose: the sandboxed worker enters this package without loading any command.
"""
