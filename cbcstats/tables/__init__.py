"""The published tables: their schemas, their validation, and the functions that load them.

Begin with `loaders` and `schemas`.
"""
