"""About this program, and its self-test as a page."""
