"""Energy as a page: what was used, against last year, where it went, and what does not add up."""
