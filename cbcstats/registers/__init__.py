"""Read, check and count registers of missions and beneficiaries.

Begin with `reading`, then `counting`; `schemas` has the rules for rows.
"""
