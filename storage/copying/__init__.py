"""Whole books copied between files and servers: backup, restore, moving to another database."""
