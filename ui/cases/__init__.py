"""Cases as a page: the list, one case with its timeline, and the forms of its next moves, all drawn from the definition."""
