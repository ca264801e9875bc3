"""Year-on-year changes, growth, contributions, claims, and changes of membership.

Begin with `year_on_year`; `comparability` decides which figures can be compared.
"""
