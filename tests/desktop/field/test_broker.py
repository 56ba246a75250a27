"""The demo's broker, both kinds: it carries messages, keeps retained ones, and ends with its owner."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.field.broker import BrokerUnavailable, available, start_broker
from desktop.field.mqtt import Address, Line, Publisher
from desktop.field.reader import Message
from tests.support.broker import wait_until

KINDS = ["mosquitto", "amqtt"]


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def test_this_machine_can_run_both() -> None:
    assert available() == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_it_carries_live_and_retained_messages(tmp_path: Path, kind: str) -> None:
    broker = start_broker(tmp_path, kind)  # type: ignore[arg-type]
    heard: list[Message] = []
    line = Line(Address.of(broker.url), heard.extend)
    sender = Publisher(broker.url)
    try:
        assert sender.start(20)
        sender("a/b", b"kept", True)
        line.start()
        assert line.wait_connected(20)
        wait_until(lambda: line.subscribe(["a/#"]) == ())
        wait_until(lambda: (b"a/b", b"kept", True) in heard)
        sender("a/c", "水泵".encode())
        wait_until(lambda: (b"a/c", "水泵".encode(), False) in heard)
    finally:
        line.stop()
        sender.stop()
        broker.stop()
    assert not listens(broker.port)


OWNER = """
import sys, time
from pathlib import Path
from desktop.field.broker import start_broker
broker = start_broker(Path(sys.argv[1]), sys.argv[2])
print(broker.port, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_when_its_owner_is_killed(tmp_path: Path, kind: str) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", OWNER, str(tmp_path), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as owner:
        assert owner.stdout
        port = int(owner.stdout.readline())
        assert listens(port)
        owner.send_signal(signal.SIGKILL)
    wait_until(lambda: not listens(port))


def test_a_broker_that_will_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.field.broker.available", list)
    with pytest.raises(BrokerUnavailable):
        start_broker(tmp_path)
