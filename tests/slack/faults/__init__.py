"""The whole service on Slack while things go wrong: what goes out, what comes in, what dies."""
