"""Alarms when the hand-over file's disk refuses: people hear at once, the file catches up, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from db.errors import StoreError
from db.handover import Handover
from desktop.alarms.evaluator import Evaluator
from desktop.field.alarmbook import AlarmBook
from desktop.field.messages import AlarmChange, FromField, Standing
from desktop.things.loader import load_models
from desktop.things.model import Thing


class FullDisk(Handover):
    """A file on a disk that is full until it is not."""

    full = True

    def append(
        self,
        payloads: Sequence[bytes],
        active: Mapping[str, bytes | None] | None = None,
        told: Mapping[tuple[str, str], int] | None = None,
    ) -> list[int]:
        if self.full:
            raise StoreError("full", "no space left")
        return super().append(payloads, active, told)


def test_a_full_disk_keeps_no_alarm_from_people(tmp_path: Path, key: bytes, caplog: object) -> None:
    told: list[FromField] = []
    handover = FullDisk(tmp_path / "handover.db", key)
    book = AlarmBook(handover, told.append)
    evaluator = Evaluator()
    evaluator.watch(Thing(id="gas-1", name="燃气", model=load_models().models["gas-detector"], dialect="linli"))
    began = list(evaluator.sample("gas-1", "concentration", 60.0, now=100.0, device_at=None, live=True))
    began += evaluator.tick(1000.0)
    assert began
    book.take(began)
    assert [change.seq for change in told if isinstance(change, AlarmChange)] == [0] * len(began)
    assert book.unsaved == len(began) and "no space left" in book.problem
    # Not told a second time while it still refuses.
    book.take([])
    assert len(told) == len(began)
    handover.full = False
    book.take([])
    assert (book.unsaved, book.problem) == (0, "")
    again = [change for change in told[len(began) :] if isinstance(change, AlarmChange)]
    assert [change.alarm_id for change in again] == [
        c.alarm_id for c in told[: len(began)] if isinstance(c, AlarmChange)
    ]
    assert all(change.seq for change in again)
    assert len(handover.pending()) == len(began)
    handover.close()


def test_a_start_says_first_which_alarms_stand(tmp_path: Path, key: bytes) -> None:
    told: list[FromField] = []
    handover = Handover(tmp_path / "handover.db", key)
    evaluator = Evaluator()
    evaluator.watch(Thing(id="gas-1", name="燃气", model=load_models().models["gas-detector"], dialect="linli"))
    began = list(evaluator.sample("gas-1", "concentration", 60.0, now=100.0, device_at=None, live=True))
    began += evaluator.tick(1000.0)
    AlarmBook(handover, told.append).take(began)
    ids = tuple(sorted(change.alarm_id for change in told if isinstance(change, AlarmChange)))
    handover.forget([change.seq for change in told if isinstance(change, AlarmChange)])
    told.clear()
    book = AlarmBook(handover, told.append)
    book.tell_pending(0.0)
    assert told[0] == Standing(ids)
    assert {change.alarm_id for change in told[1:] if isinstance(change, AlarmChange)} == set(ids)
    told.clear()
    book.tell_pending(1000.0)
    assert told == []
    handover.close()
