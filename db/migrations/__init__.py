"""Migrations of the records store, numbered, each in one transaction."""
