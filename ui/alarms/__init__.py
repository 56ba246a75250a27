"""Alarms as pages: the list, the response, and the sound."""
