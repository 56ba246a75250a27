"""Still pictures from cameras, when something wants to be seen.

A camera (or its recorder) publishes a JPEG every few seconds, not retained; the broker drops what nobody asked for. Nobody
asks but here, over a connection that lasts a few seconds: pictures never share a line with values and alarms, and none
older than the question is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from desktop.field.messages import FieldSettings
from desktop.field.mqtt import Address, Line
from desktop.field.reader import Message
from desktop.things.linli import topic_root

LARGEST = 2 * 2**20
"""Bytes of a picture; a camera's still of four megapixels has one million."""
CONNECTING = 5.0
"""Seconds to wait for the broker."""
JPEG = b"\xff\xd8\xff"


class Stills:
    """Asks cameras of one community for a picture; `close` ends what is under way."""

    def __init__(self, settings: FieldSettings) -> None:
        self._settings = settings
        self._closing = False
        self._news = threading.Condition()

    def take(self, cameras: Mapping[str, str], seconds: float) -> dict[str, bytes]:
        """The first picture that each camera sends from now on, by its id; waits up to `seconds` for them.

        `cameras` are ids and the event of their model that brings a picture. What is no JPEG or over 2 MiB is passed over;
        who sent none is missing in the answer, and everybody is while the broker cannot be reached.
        """
        root = topic_root(self._settings.community)
        topics = {f"{root}/{id_}/{event}".encode(): id_ for id_, event in cameras.items()}
        found: dict[str, bytes] = {}

        def heard(messages: list[Message]) -> None:
            with self._news:
                for topic, payload, replayed in messages:
                    id_ = topics.get(topic)
                    if id_ is not None and not replayed and payload.startswith(JPEG) and len(payload) <= LARGEST:
                        found.setdefault(id_, bytes(payload))
                self._news.notify_all()

        with self._news:
            if self._closing:
                return {}
        line = Line(Address.of(self._settings.broker, self._settings.username, self._settings.password), heard)
        line.start()
        try:
            if line.wait_connected(CONNECTING) and line.subscribe([topic.decode() for topic in topics]) is not None:
                with self._news:
                    self._news.wait_for(lambda: len(found) == len(topics) or self._closing, seconds)
        finally:
            line.stop()
        with self._news:
            return dict(found)

    def close(self) -> None:
        """From any thread: whoever waits in `take` gets what came so far."""
        with self._news:
            self._closing = True
            self._news.notify_all()
