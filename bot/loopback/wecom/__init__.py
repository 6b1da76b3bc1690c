"""A WeCom cloud inside the product: real HTTP and WebSocket on loopback, nobody else's servers.

It can do no more than the real one: the same limits, the same refusals, the same silences. It
shares no code with what talks to it but the table of limits, so that no mistake is made twice.
"""
