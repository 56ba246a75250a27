"""Energy: what the community's meters counted, day by day, for buildings and uses, and what does not add up."""
