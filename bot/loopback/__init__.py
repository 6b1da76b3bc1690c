"""Stand-in platforms inside the product: what the playground shows, and nothing leaves the house.

They take the very payloads the real platforms would get, and can do no more than those can.
"""
