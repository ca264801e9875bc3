"""Registers of missions and beneficiaries: read, checked, counted, handed back.

Begin with `reading`, then `counting`; `schemas` holds the rules that rows keep.
"""
