"""Home Assistant MQTT discovery: devices nobody here wrote appear by themselves. Nothing here publishes."""
