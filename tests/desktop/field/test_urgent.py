"""What protects lives comes over two lines: either may be held up, and each message counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.field.host import ThreadHost
from desktop.field.messages import Trouble
from tests.desktop.field.site import Building, Listener, settings_for
from tests.support.broker import Mosquitto, wait_until
from tests.support.wire import Wires, wires


def wide(said: bytes) -> bool:
    """Only one line asks for everything."""
    return b"/+/" in said


def urgent(said: bytes) -> bool:
    """Only the other asks for one thing's topics and no more."""
    return b"/gas-1/props" in said and not wide(said)


@pytest.fixture
def wired(broker: Mosquitto) -> Iterator[Wires]:
    with wires(broker) as found:
        yield found


@pytest.fixture
def ears(broker: Mosquitto, wired: Wires, tmp_path: Path, key: bytes) -> Iterator[Listener]:
    host = ThreadHost(msgspec.structs.replace(settings_for(broker, tmp_path, key), broker=wired.url))
    listener = Listener(host)
    host.start()
    listener.wait_link("up")
    yield listener
    host.stop()


@pytest.fixture
def building(broker: Mosquitto, ears: Listener, wired: Wires) -> Iterator[Building]:
    """A gas detector that comes over both lines, and a meter that does not."""
    found = Building(broker)
    asked: list[bool] = []
    wired.held = lambda said: asked.append(urgent(said)) or False  # type: ignore[func-returns-value]
    found.describe("gas-1")
    found.describe("meter-1", "electricity-meter")
    ears.wait_thing("gas-1")
    ears.wait_thing("meter-1")
    # The answer to its subscription went through the wire.
    wait_until(lambda: any(asked), 30, "a line of its own")
    wired.held = lambda _said: False
    yield found
    found.stop()


@pytest.mark.parametrize("held", [wide, urgent], ids=["wide", "urgent"])
def test_an_alarm_gets_through_while_one_of_the_lines_is_held_up(
    held: Callable[[bytes], bool], ears: Listener, building: Building, wired: Wires
) -> None:
    wired.held = held
    building.say("meter-1", energy=7.0)
    building.say("gas-1", concentration=30.0)
    wait_until(lambda: ears.alarms, 4, "the alarm")
    if held is wide:
        assert ears.reading("meter-1", "energy").value is None
    wired.held = lambda _said: False
    ears.wait_value("meter-1", "energy", 7.0)
    building.say("gas-1", concentration=2.0)
    wait_until(lambda: len(ears.alarms) == 2, 20, "the end of the alarm")
    assert [change.active for change in ears.alarms] == [True, False]


def test_every_message_counts_once(ears: Listener, building: Building) -> None:
    for n in range(10):
        building.say_at("gas-1", 1_790_000_000_000 + n, concentration=2.0 if n % 2 else 30.0)
    building.say_at("gas-1", 1_790_000_000_100, concentration=2.0, calibrated=99)
    ears.wait_value("gas-1", "calibrated", 99)
    building.say("meter-1", energy=7.0)
    ears.wait_value("meter-1", "energy", 7.0)
    wait_until(lambda: len(ears.alarms) == 10, 20, "five alarms and their ends")
    assert [change.active for change in ears.alarms] == [True, False] * 5


def test_that_the_line_is_missing_is_told(ears: Listener, building: Building, wired: Wires) -> None:
    assert ears.health.link == "up"
    wait_until(lambda: not ears.health.troubles, 20)
    # Not even a greeting comes through, so that no new connection stands for a moment.
    wired.held = lambda said: not wide(said)
    wait_until(lambda: ears.health.troubles == (Trouble("urgent"),), 30, "told")
    assert ears.health.link == "up"
