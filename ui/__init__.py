"""Pixels only: windows, pages, parts and theme. Calls services of `desktop`, never tables."""
