"""Learning from decided renewals: how likely a renewal is, and which signals go with it."""
