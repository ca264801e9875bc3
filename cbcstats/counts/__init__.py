"""A published count: the word beside it, its period, and the range it stands for.

Begin with `qualifiers` ("more than 330") and `ranges`.
"""
