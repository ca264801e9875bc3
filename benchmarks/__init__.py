"""How long cbcstats takes beside others: `python -m benchmarks` in a checkout."""
