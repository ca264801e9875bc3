"""Countries and Members: their names, codes and regions, and lists of them.

Begin with `names`.
"""
