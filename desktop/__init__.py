"""The application without pixels: rules, services, devices, reports and the command line."""
