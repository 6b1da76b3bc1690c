"""The rules of renewals and their nouns: pure functions over values, no clock, no I/O."""
