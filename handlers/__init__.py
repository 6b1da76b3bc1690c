"""Use cases: one file a chat command, and what the clock and the importers start."""
