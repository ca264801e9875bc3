"""The commands that are more than one call: `check` and `count`, `chart`; and how commands write.

Begin with `registers`. The application itself is `cbcstats.cli`.
"""
