"""Anything at all, sent to every door and said in every chat: `make fuzz`."""
