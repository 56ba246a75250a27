"""The field service: MQTT intake, quality, alarm evaluation and telemetry, in a thread or a process of its own."""
