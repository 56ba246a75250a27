"""Trends of any points, together, over any length of time."""
