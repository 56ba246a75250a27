"""The stores: engine, tables, journal, telemetry and migrations. Imports nothing of the project."""
