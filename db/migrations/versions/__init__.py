"""The schema steps, in order."""
