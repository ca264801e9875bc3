"""Reading and writing files. Nothing in here knows about customs.

Begin with `reading` and `writing`.
"""
