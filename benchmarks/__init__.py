"""What the product costs, each figure beside a floor measured in the same run.

`python -m benchmarks` prints a table and writes `benchmarks/results.json`; docs/performance.md
explains the figures and keeps the last full table.
"""
