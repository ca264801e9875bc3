"""The published tables: schemas, parsing, checks, and functions that load them.

Begin with `loaders` and `schemas`.
"""
