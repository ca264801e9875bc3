"""The version of cbcstats, once."""

__version__ = "0.1.0"
