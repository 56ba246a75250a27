"""The one door to paho: a connection that reads in big bites, never dies of a callback, and comes back by itself.

paho stays the protocol engine (handshake, keepalive, subscriptions, QoS 2); only its read path is replaced
(`reader.py`). The private names this rests on are listed in `PAHO_INTERNALS`, and a test fails when one is gone.
"""

from __future__ import annotations

import logging
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from desktop.field.reader import Control, Malformed, Message, Messages, Reader

log = logging.getLogger(__name__)

PAHO_INTERNALS = (
    "_sock", "_sock_recv", "_in_packet", "_packet_handle", "_packet_queue", "_loop_rc_handle", "_msgtime_mutex",
    "_last_bytes_received", "_reset_sockets",
)  # fmt: skip

READ = 32_768
"""Bytes at once: some 250 messages. Bigger bites made nothing faster, and an alarm on the other line waits for one."""
KEEPALIVE = 5
"""Seconds. A line that is silent for 1.5 times as long (and a little) is taken for dead."""
PACE = 0.004
"""Seconds to let a busy broker gather, after a read that was short: fewer, bigger reads make both sides faster
(measured: 1.56 times mosquitto_sub, against 1.1 without)."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic filter with `+` and `#` covers the topic."""
    return paho.topic_matches_sub(topic_filter, topic)


class WideClient(paho.Client):
    """paho with its read path widened. `take` gets the messages of one read at once, in order."""

    def __init__(self, take: Callable[[list[Message]], None], protocol: MQTTProtocolVersion, client_id: str) -> None:
        clean = None if protocol == MQTTProtocolVersion.MQTTv5 else True
        super().__init__(CallbackAPIVersion.VERSION2, client_id, clean_session=clean, protocol=protocol)
        self._take = take
        self._reader = Reader(protocol == MQTTProtocolVersion.MQTTv5)
        self.skipped_before = 0
        self.last_read = time.monotonic()
        self.on_socket_open = self._opened
        self.on_message = self._message
        # With this set, paho leaves writing to the loop's thread, whichever thread published.
        self.on_socket_register_write = lambda *_: None

    @property
    def skipped(self) -> int:
        """Packets that were too long to be looked at."""
        return self.skipped_before + self._reader.skipped

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Reads once, hands on all that is complete."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            data = self._sock_recv(READ)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self.last_read = time.monotonic()
        try:
            count, acknowledged = self._hand_on(data)
        except (Malformed, MalformedPacket) as error:
            log.info("the broker sent what is not MQTT: %s", error)
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        # At QoS 1 the broker waits for us: holding back there would fill its queue, not gather.
        if count >= 16 and not acknowledged and len(data) < READ:
            time.sleep(PACE)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def close(self) -> None:
        """Lets go of every socket; the client is not to be used again."""
        self._reset_sockets()

    def _hand_on(self, data: bytes) -> tuple[int, bool]:
        """How many messages the bytes brought, and whether any wanted an answer."""
        count, acknowledged = 0, False
        for part in self._reader.feed(data):
            if isinstance(part, Messages):
                count += len(part.messages)
                self._take(part.messages)
                if part.acks:
                    # Only now: what is acknowledged has been dealt with.
                    self._packet_queue(paho.PUBACK, part.acks, 0, 1)
                    self.loop_write()
                    acknowledged = True
            else:
                self._to_paho(part)
                if self._sock is None:
                    break
        return count, acknowledged

    def _to_paho(self, packet: Control) -> None:
        self._in_packet = {
            "command": packet.command,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(packet.body),
            "packet": bytearray(packet.body),
            "to_process": 0,
            "pos": 0,
        }
        rc = self._packet_handle()
        if rc:
            self._loop_rc_handle(rc)

    def _opened(self, _client: paho.Client, _userdata: object, sock: Any) -> None:
        # Without it a command's answer waits about 35 ms for a delayed ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.skipped_before = self.skipped
        self._reader = Reader(self._protocol == MQTTProtocolVersion.MQTTv5)
        self.last_read = time.monotonic()

    def _message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._take([(message._topic, bytes(message.payload), message.retain)])


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is, from `mqtt://[USER:PASSWORD@]HOST[:PORT]` or `mqtts://…`."""

    host: str
    port: int
    tls: bool = False
    username: str = ""
    password: str = ""

    @classmethod
    def of(cls, url: str, username: str = "", password: str = "") -> Address:
        """Raises ValueError for a URL that names no broker; the error does not repeat it, for it may hold a password."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == -1:
            raise ValueError("the broker's address is not mqtt://HOST:PORT or mqtts://HOST:PORT")
        tls = parts.scheme == "mqtts"
        return cls(
            parts.hostname,
            port or (8883 if tls else 1883),
            tls,
            username or unquote(parts.username or ""),
            password or unquote(parts.password or ""),
        )


class Line:
    """A connection to a broker on a thread of its own, made again whenever it breaks.

    `take` gets messages, `up` and `down(reason)` hear of the connection, all on the line's thread. What they raise is
    counted in `failures` and logged at most once a minute; it never ends the line. MQTT 5 is spoken unless the broker
    only knows 3.1.1. The session is clean: `up` must subscribe anew.
    """

    def __init__(
        self,
        address: Address,
        take: Callable[[list[Message]], None] = lambda _: None,
        up: Callable[[], None] = lambda: None,
        down: Callable[[str], None] = lambda _: None,
        *,
        client_id: str = "",
        keepalive: int = KEEPALIVE,
    ) -> None:
        self._address = address
        self._take, self._up, self._down = take, up, down
        self._client_id = client_id or f"linli-{uuid.uuid4().hex[:12]}"
        self._keepalive = keepalive
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._answers: dict[int, _Answer] = {}
        self._answers_lock = threading.Lock()
        self._reason = ""
        self._last_logged = -60.0
        self.failures = 0
        self._client = self._new_client(MQTTProtocolVersion.MQTTv5)
        self._thread = threading.Thread(target=self._run, name="mqtt-line", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Says goodbye to the broker and ends the thread. What was published before is sent first."""
        if self._connected.is_set():
            # Before the flag: the thread that sees it closes the very sockets the goodbye goes through.
            self._client.disconnect()
        self._stopping.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(10)

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    @property
    def skipped(self) -> int:
        """Packets too long to be looked at."""
        return self._client.skipped

    def wait_connected(self, timeout: float) -> bool:
        return self._connected.wait(timeout)

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 0) -> bool:
        """Queues a message; False when there is no connection to send it over."""
        if not self._connected.is_set():
            return False
        return self._client.publish(topic, payload, qos, retain).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def subscribe(self, filters: Sequence[str], timeout: float = 10.0, qos: int = 0) -> tuple[str, ...] | None:
        """Subscribes and waits for the answer: the filters the broker refused, or None without an answer.

        QoS 0 where nothing speaks for 1: brokers keep far fewer messages back for a QoS 1 subscriber (a queue of 1,000
        by default). Not to be called from `take`, `up` or `down`, which run on the thread that would bring the answer.
        """
        if not filters or not self._connected.is_set():
            return None if filters else ()
        answer = _Answer()
        with self._answers_lock:
            # Under the lock, so that the answer cannot come before its number is known.
            rc, mid = self._client.subscribe([(name, qos) for name in filters])
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
                return None
            self._answers[mid] = answer
        if not answer.event.wait(timeout) or answer.failed is None:
            return None
        return tuple(name for name, failed in zip(filters, answer.failed, strict=False) if failed)

    def _new_client(self, protocol: MQTTProtocolVersion) -> WideClient:
        client = WideClient(self._taken, protocol, self._client_id)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        if self._address.username:
            client.username_pw_set(self._address.username, self._address.password)
        if self._address.tls:
            client.tls_set()
        return client

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            greeted = self._one_connection()
            wait = FIRST_WAIT if greeted else min(wait * 2, LONGEST_WAIT)
            # Jittered, so that a hundred terminals do not come back in the same instant.
            self._stopping.wait(wait * random.uniform(0.5, 1.0))
        self._client.close()

    def _one_connection(self) -> bool:
        """Connects and serves until the line breaks. True when the broker had let us in."""
        client = self._client
        self._reason = ""
        try:
            client.connect(self._address.host, self._address.port, self._keepalive, properties=_wishes(client))
        except (OSError, ValueError) as error:
            self._tell_down(str(error))
            return False
        greeted, refused = False, False
        while client.loop(timeout=0.5) == MQTTErrorCode.MQTT_ERR_SUCCESS:
            greeted = greeted or self._connected.is_set()
            self._hang_up_if_dead(client)
            if self._stopping.is_set() and not self._connected.is_set():
                client.disconnect()
        greeted = greeted or self._connected.is_set()
        refused = not greeted and not self._stopping.is_set()
        self._tell_down(self._reason or "the line broke")
        if refused:
            # A broker that closes on the first packet may only know the older protocol; try the other next time.
            was5 = client.protocol == MQTTProtocolVersion.MQTTv5
            self._client = self._new_client(MQTTProtocolVersion.MQTTv311 if was5 else MQTTProtocolVersion.MQTTv5)
            self._client.skipped_before = client.skipped
            client.close()
        return greeted

    def hang_up(self, reason: str) -> None:
        """Breaks the connection, if there is one; another is made, as after any break. From any thread."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            self._reason = reason
            # One that broke at the same moment need not be broken again.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _hang_up_if_dead(self, client: WideClient) -> None:
        silent = time.monotonic() - client.last_read
        if silent > self._keepalive * 1.5 + 0.5:
            self.hang_up(f"no answer for {silent:.0f} s")

    def _tell_down(self, reason: str) -> None:
        self._connected.clear()
        with self._answers_lock:
            answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer.event.set()
        self._guard(self._down, reason)

    def _on_connect(self, _client: object, _userdata: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._reason = f"refused: {reason}"
            return
        self._connected.set()
        self._guard(self._up)

    def _on_disconnect(self, _client: object, _userdata: object, flags: Any, reason: Any, _properties: object) -> None:
        self._connected.clear()
        self._reason = self._reason or (f"the broker said: {reason}" if flags.is_disconnect_packet_from_server else "")

    def _on_subscribe(
        self, _client: object, _userdata: object, mid: int, reasons: Iterable[Any], _properties: object
    ) -> None:
        with self._answers_lock:
            answer = self._answers.pop(mid, None)
        if answer:
            answer.failed = [reason.is_failure for reason in reasons]
            answer.event.set()

    def _taken(self, messages: list[Message]) -> None:
        self._guard(self._take, messages)

    def _guard(self, call: Callable[..., None], *args: Any) -> None:
        try:
            call(*args)
        except Exception:
            self.failures += 1
            if time.monotonic() - self._last_logged >= 60:
                self._last_logged = time.monotonic()
                log.exception("a handler of the broker's line failed (%d so far)", self.failures)


def _wishes(client: WideClient) -> Properties | None:
    """Asks a broker of version 5 for as many unanswered messages as there can be: at the usual 20 it waits for us after
    every 20, and drops what then exceeds its queue."""
    if client.protocol != MQTTProtocolVersion.MQTTv5:
        return None
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.ReceiveMaximum = 65_535
    return wishes


class _Answer:
    def __init__(self) -> None:
        self.event = threading.Event()
        self.failed: list[bool] | None = None


class Publisher:
    """Publishes, and nothing else: what the simulated building speaks through.

    `on_up` is called on every new connection, on the line's thread, so that retained descriptions can be sent again.
    """

    def __init__(self, url: str, on_up: Callable[[], None] = lambda: None, client_id: str = "") -> None:
        self._line = Line(Address.of(url), up=on_up, client_id=client_id)

    def start(self, timeout: float = 10.0) -> bool:
        """Whether the broker answered within `timeout` seconds; it goes on trying when not."""
        self._line.start()
        return self._line.wait_connected(timeout)

    def __call__(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Sends at QoS 0. Without a connection the message is lost, as a device's would be."""
        self._line.publish(topic, payload, retain)

    def stop(self) -> None:
        self._line.stop()


__all__ = ["KEEPALIVE", "PAHO_INTERNALS", "Address", "Line", "Publisher", "WideClient", "matches"]
