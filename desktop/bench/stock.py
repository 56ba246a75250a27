"""paho as it comes, with a fast decoder and a dict of latest values: what most programs do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

QUIET = 2.0
"""Seconds without a message after which the rest is taken for lost."""


def drain(port: int, topic: str, qos: int, count: int, ready: Callable[[], None]) -> tuple[int, float]:
    """Reads until `count` messages came or no more do; how many, and the CPU seconds from the first on."""
    latest: dict[str, Any] = {}
    done = threading.Event()
    got, begun, last = 0, 0.0, 0.0

    def take(_client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        nonlocal got, begun, last
        if got == 0:
            begun = time.process_time()
        latest[message.topic] = msgspec.json.decode(message.payload)
        got += 1
        last = time.monotonic()
        if got == count:
            done.set()

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = take
    client.on_subscribe = lambda *_: ready()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe(topic, qos)
    while not done.wait(0.25) and not (got and time.monotonic() - last > QUIET):
        pass
    spent = time.process_time() - begun
    client.disconnect()
    client.loop_stop()
    return got, spent
