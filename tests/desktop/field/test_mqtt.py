"""The widened line against a real broker, beside plain paho."""

from __future__ import annotations

import logging
import random
import threading

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from desktop.field.mqtt import KEEPALIVE, PAHO_INTERNALS, Address, Line, Publisher, WideClient
from desktop.field.reader import Message
from tests.support.broker import Mosquitto, wait_until


def line_to(broker: Mosquitto, **kwargs: object) -> Line:
    return Line(Address.of(broker.url), **kwargs)  # type: ignore[arg-type]


def test_paho_still_has_the_names_the_read_path_rests_on() -> None:
    client = WideClient(lambda _: None, MQTTProtocolVersion.MQTTv5, "guard")
    assert [name for name in PAHO_INTERNALS if not hasattr(client, name)] == []
    assert set(client._in_packet) == {
        "command", "have_remaining", "remaining_count", "remaining_mult", "remaining_length", "packet", "to_process",
        "pos",
    }  # fmt: skip
    assert "_topic" in paho.MQTTMessage.__slots__


def test_it_hears_what_plain_paho_hears(broker: Mosquitto) -> None:
    chance = random.Random(1)
    sent = [
        (f"t/{n % 50}", chance.randbytes(chance.choice((0, 1, 20, 127, 128, 900, 20_000))), n % 3 == 0, n % 2)
        for n in range(900)
    ]
    sent.insert(400, ("t/big", chance.randbytes(1_500_000), False, 0))
    wide: list[Message] = []
    plain: list[Message] = []

    old = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    ready = threading.Event()
    old.on_subscribe = lambda *_: ready.set()
    old.on_connect = lambda client, *_: client.subscribe("t/#", 1)
    old.on_message = lambda _c, _u, m: plain.append((m.topic.encode(), bytes(m.payload), m.retain))
    old.connect("127.0.0.1", broker.port)
    old.loop_start()
    assert ready.wait(10)

    line = line_to(broker, take=wide.extend)
    line.start()
    assert line.wait_connected(10)
    # At QoS 1 for this comparison, so that the acknowledgements are exercised too.
    line._client.subscribe("t/#", 1)
    assert line.subscribe(["never"]) == ()

    sender = line_to(broker)
    sender.start()
    assert sender.wait_connected(10)
    for n, (topic, payload, retain, qos) in enumerate(sent):
        assert sender.publish(topic, payload, retain, qos)
        if n % 20 == 19:
            wait_until(lambda n=n: len(wide) > n and len(plain) > n)  # type: ignore[misc]
    wait_until(lambda: len(wide) == len(sent) == len(plain))
    for each in (line, sender):
        each.stop()
    old.disconnect()
    old.loop_stop()
    assert wide == plain == [(topic.encode(), payload, False) for topic, payload, _, _ in sent]


def test_replayed_messages_are_told_from_live_ones(broker: Mosquitto) -> None:
    heard: list[Message] = []
    sender, line = Publisher(broker.url), line_to(broker, take=heard.extend)
    assert sender.start()
    sender("a", b"kept", True)
    line.start()
    assert line.wait_connected(10)
    wait_until(lambda: line.subscribe(["a"]) == () and heard)
    sender("a", b"now", True)
    wait_until(lambda: (b"a", b"now", False) in heard)
    assert heard[0] == (b"a", b"kept", True)
    line.stop()
    sender.stop()


def test_a_handler_that_fails_does_not_end_the_line(broker: Mosquitto, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Message] = []

    def take(messages: list[Message]) -> None:
        heard.extend(messages)
        raise KeyError("a mistake of ours")

    line, sender = line_to(broker, take=take), Publisher(broker.url)
    line.start()
    assert line.wait_connected(10) and sender.start()
    assert line.subscribe(["x"]) == ()
    for n in (1, 2, 3):
        sender("x", b"%d" % n)
        wait_until(lambda n=n: len(heard) == n)  # type: ignore[misc]
    line.stop()
    sender.stop()
    assert line.failures == 3
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


def test_it_comes_back_when_the_broker_does(broker: Mosquitto) -> None:
    ups: list[int] = []
    downs: list[str] = []
    line = line_to(broker, up=lambda: ups.append(1), down=downs.append)
    line.start()
    wait_until(lambda: ups)
    broker.stop()
    wait_until(lambda: downs and not line.connected)
    broker.start()
    wait_until(lambda: len(ups) == 2)
    assert line.connected
    line.stop()


def test_a_silent_line_is_given_up(broker: Mosquitto) -> None:
    downs: list[str] = []
    line = line_to(broker, down=downs.append, keepalive=3)
    line.start()
    assert line.wait_connected(10)
    broker.freeze()
    wait_until(lambda: downs, timeout=3 * 1.5 + 2 + 3)  # 3 s of grace for a loaded machine
    assert "no answer" in downs[0]
    line.stop()
    assert KEEPALIVE <= 10


def test_nobody_there_is_said_and_stopping_is_prompt(broker: Mosquitto) -> None:
    broker.stop()
    downs: list[str] = []
    line = line_to(broker, down=downs.append)
    line.start()
    wait_until(lambda: downs)
    assert not line.publish("a", b"")
    assert line.subscribe(["a"]) is None
    line.stop()


def test_what_was_published_before_stop_is_sent(broker: Mosquitto) -> None:
    heard: list[Message] = []
    line, sender = line_to(broker, take=heard.extend), Publisher(broker.url)
    line.start()
    assert line.wait_connected(10)
    assert line.subscribe(["b/#"]) == ()
    assert sender.start()
    for n in range(500):
        sender(f"b/{n}", b"x" * 100)
    sender.stop()
    wait_until(lambda: len(heard) == 500)
    line.stop()


@pytest.mark.parametrize("url", ["http://a", "mqtt://", "localhost:1883", "mqtt://h:99999"])
def test_what_names_no_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Address.of(url)


@pytest.mark.parametrize("url", ["mqt://li:geheim@h", "mqtt://li:geh/eim@h", "mqtt://li:geheim@h:port"])
def test_a_password_in_a_refused_url_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        Address.of(url)
    assert "geh" not in str(caught.value)


def test_a_url_may_carry_a_name_and_a_password() -> None:
    assert Address.of("mqtts://a%40b:c@h") == Address("h", 8883, True, "a@b", "c")
