"""How fast cbcstats is, and how much memory it takes, as ratios: `python -m benchmarks` in a checkout."""
