"""The console as a whole: what goes on in it when a part does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.open import open_records
from desktop.alarms.service import Alarms
from desktop.app import open_console
from desktop.cases.service import Cases
from desktop.field.host import ThreadHost
from desktop.security import keys
from tests.desktop.alarms.support import WALL_MS, change, person
from tests.support.broker import wait_until
from tests.support.fakes import FakeClock, FakeIds

LI = person("li", "alarms.shelve")


def test_shelves_end_although_the_field_service_never_says_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, new_id, folder = FakeClock(), FakeIds(), tmp_path / "office"
    records = open_records(folder, keys.create_keys(folder, None, open=True), new_id)
    cases = Cases(records, clock, new_id, "T1")
    alarms = Alarms(records, clock, cases, terminal="T1", confirm_second=lambda *_: LI)
    alarms.record(change("a1", WALL_MS))
    alarms.shelve(LI, "a1", 60, "检修")
    records.close()
    clock.advance(3600)
    monkeypatch.setattr(ThreadHost, "start", lambda _self: None)
    console = open_console(folder, hosting="thread", terminal="T1", clock=clock)
    try:
        wait_until(lambda: [step.op for step in console.alarms.course("a1")] == ["alarms.shelve", "alarms.expire"])
    finally:
        console.close()
