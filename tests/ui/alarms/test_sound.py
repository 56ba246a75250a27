"""The sound of alarms as it is played; what is heard is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.alarms.views import AlarmView
from tests.ui.alarms.made import alarm
from ui.alarms import sound
from ui.alarms.sound import AlarmSound, Player


class Heard:
    """A player that writes down what it was given."""

    def __init__(self) -> None:
        self.tones: list[str] = []
        self.stops = 0

    def play(self, file: Path) -> None:
        assert file.is_file()
        self.tones.append(file.stem)

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def alarms(qapp: QApplication, heard: Heard) -> Iterator[AlarmSound]:
    made = AlarmSound(heard)
    yield made
    made.silence()


def lives(id_: str = "a") -> AlarmView:
    return alarm(id_, priority="critical", life_safety=True)


def test_a_new_alarm_is_played_once_with_its_own_tone(alarms: AlarmSound, heard: Heard) -> None:
    alarms.hear([])
    for _ in range(2):
        alarms.hear([alarm(priority="high")])
    assert heard.tones == ["high"]
    assert not alarms.repeating


def test_a_danger_to_lives_goes_on_until_it_is_answered(
    qtbot: QtBot, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "REPEAT_MS", 5)
    alarms = AlarmSound(heard)
    alarms.hear([lives()])
    qtbot.waitUntil(lambda: len(heard.tones) >= 3)
    assert set(heard.tones) == {"critical"}
    alarms.hear([])
    assert not alarms.repeating


def test_a_lesser_alarm_does_not_end_what_goes_on(alarms: AlarmSound, heard: Heard) -> None:
    alarms.hear([lives()])
    alarms.hear([lives(), alarm("b", priority="low")])
    assert heard.tones == ["critical", "low"]
    assert alarms.repeating


def test_muted_nothing_sounds_and_unmuted_what_endangers_lives_does(alarms: AlarmSound, heard: Heard) -> None:
    alarms.set_muted(True)
    alarms.hear([])
    alarms.hear([lives(), alarm("b", priority="low")])
    assert heard.tones == [] and not alarms.repeating
    alarms.set_muted(False)
    assert heard.tones == ["critical"] and alarms.repeating


def test_muting_ends_what_sounds(alarms: AlarmSound, heard: Heard) -> None:
    alarms.hear([lives()])
    alarms.set_muted(True)
    assert heard.stops == 1 and not alarms.repeating


def test_silenced_the_next_new_alarm_sounds_again(alarms: AlarmSound, heard: Heard) -> None:
    alarms.hear([lives()])
    alarms.silence()
    alarms.hear([lives(), alarm("b", priority="high")])
    assert heard.tones == ["critical", "high"]


def test_without_a_player_the_system_beeps(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    beeps: list[None] = []
    monkeypatch.setattr(sound.shutil, "which", lambda _name: None)
    monkeypatch.setattr(sound.QApplication, "beep", lambda: beeps.append(None))
    Player().play(Path("any.wav"))
    assert len(beeps) == 1


def test_the_platform_s_player_plays_one_after_the_other(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = tmp_path / "played"
    program = tmp_path / "paplay"
    program.write_text(f'#!/bin/sh\nsleep 0.1\necho "$1" >> "{played}"\n')
    program.chmod(0o700)
    monkeypatch.setattr(sound.shutil, "which", lambda _name: str(program))
    player = Player()
    for name in ("one", "two", "three"):
        player.play(Path(name))
    qtbot.waitUntil(lambda: played.exists() and played.read_text().split() == ["one", "three"])
    player.stop()
