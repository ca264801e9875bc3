"""What only contributors run: checks of the tables, the data dictionary, the example register."""
