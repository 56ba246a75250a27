"""A building that talks MQTT like real devices do, drawn from the thing models."""
