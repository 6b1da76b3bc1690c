"""A storm: real replicas on a real database, platforms that misbehave, processes that die.

`make faults` runs it for as long as one likes; `test_storm.py` is its short form. What became of
every alert is judged by what the platforms show alone (`oracle.py`), never by the outbox.
"""
