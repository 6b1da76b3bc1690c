"""Expansions: opened by a rule, told once, worked on in chat like renewals."""
