"""Names of countries and territories as ISO codes; Members and their regions."""
