"""Turn notebooks into a report: one page, with its charts and tables as files.

Begin with `report`; `%load_ext cbcstats` activates `displays`.
"""
