"""Slack: what comes in, who it is, and how it is answered."""
