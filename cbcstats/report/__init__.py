"""Notebooks become one page with its charts and tables as files.

Begin with `report`; `displays` is what `%load_ext cbcstats` switches on.
"""
