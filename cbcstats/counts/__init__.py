"""A published count: the word beside it, its period, and the range it stands for.

Begin with `qualifiers`, the table of words, `figures_in_words`, which reads them, and
`readings`, which turns them into ranges.
"""
