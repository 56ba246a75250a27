"""Which cameras an alarm asks for a picture, when it asks, and what its case and it keep."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec
import pytest
from PIL import Image

from db.store import Act, Records
from db.tables.things import ThingCard
from desktop.alarms.service import Alarms
from desktop.alarms.stills import AGAIN, StillTaker, fitted, watching
from desktop.cases.evidence import Still
from desktop.cases.service import Cases
from desktop.field.messages import AlarmChange
from desktop.kernel.ids import NewId
from desktop.things.model import Event, Thing, ThingModel
from desktop.things.views import ThingView
from tests.desktop.alarms.support import TEXT, WALL_MS, change, person
from tests.support.fakes import FakeClock

CAMERA = ThingModel(kind="camera", title=TEXT, events=(Event(name="still", title=TEXT, media="image/jpeg"),))
DETECTOR = ThingModel(kind="gas-detector", title=TEXT)
AROUND = {"kitchen": "flat", "flat": "house", "garage": None, "house": None}


def jpeg(width: int = 640, height: int = 360, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def thing(id_: str, place: str | None, model: ThingModel = CAMERA, online: bool | None = True) -> ThingView:
    described = Thing(id=id_, name=f"{id_}机", model=model, dialect="linli")
    return ThingView(id_, f"{id_}机", described, place, "", (), False, "", online)


THINGS = (
    thing("gas", "kitchen", DETECTOR),
    thing("pit", "garage", DETECTOR),
    thing("lost", None, DETECTOR),
    thing("hall", "house"),
    *(thing(f"park-{n}", "garage") for n in range(5)),
)


def seen_by(id_: str, things: tuple[ThingView, ...] = THINGS) -> list[str]:
    return [view.id for view in watching(id_, things, AROUND.get)]


def test_the_cameras_at_the_place_are_asked_three_at_most() -> None:
    assert seen_by("pit") == ["park-0", "park-1", "park-2"]


def test_where_there_is_none_the_place_around_it_is_asked() -> None:
    assert seen_by("gas") == ["hall"]


def test_a_camera_shows_itself_and_a_thing_without_a_place_nothing() -> None:
    assert seen_by("park-4") == ["park-4"]
    assert seen_by("lost") == seen_by("nobody") == []


def test_a_camera_that_is_gone_or_under_maintenance_is_not_asked() -> None:
    gone = tuple(
        replace(view, online=False) if view.id == "park-0" else replace(view, out_of_service=view.id == "park-1")
        for view in THINGS
    )
    assert seen_by("pit", gone) == ["park-2", "park-3", "park-4"]


def test_a_picture_is_made_smaller_and_loses_what_was_written_beside_it() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "who lives here"
    Image.new("RGB", (4000, 2000), "blue").save(out, "JPEG", exif=exif)
    kept = fitted(out.getvalue())
    assert kept is not None and b"who lives here" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (1280, 640)
        assert picture.convert("RGB").getpixel((640, 320))[2] > 200  # type: ignore[index]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0", jpeg()[:200], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert fitted(data) is None


def test_a_picture_of_too_many_pixels_is_not_drawn() -> None:
    big = bytearray(jpeg())
    # The size stands in the frame header: claim 60,000 × 60,000.
    frame = big.index(b"\xff\xc0")
    big[frame + 5 : frame + 9] = (60_000).to_bytes(2) * 2
    assert fitted(bytes(big)) is None


class Cameras:
    """Answers with what is in `sends`, when `may_answer` is set; keeps who was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.sends: dict[str, bytes] = {f"park-{n}": jpeg(colour=c) for n, c in enumerate(("red", "green", "blue"))}
        self.sends["hall"] = jpeg(colour="white")
        self.asking, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def take(self, cameras: Mapping[str, str], _seconds: float) -> Mapping[str, bytes]:
        self.asked.append(dict(cameras))
        self.asking.set()
        self.may_answer.wait(30)
        return {id_: self.sends[id_] for id_ in cameras if id_ in self.sends}


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    return Cases(records, clock, new_id, "D1")


@pytest.fixture
def alarms(records: Records, clock: FakeClock, cases: Cases) -> Alarms:
    return Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: person("wang"))


@pytest.fixture
def cameras() -> Cameras:
    return Cameras()


@pytest.fixture
def taker(alarms: Alarms, cameras: Cameras, clock: FakeClock) -> Iterator[StillTaker]:
    found = StillTaker(alarms, lambda: THINGS, AROUND.get, cameras.take, clock)
    yield found
    found.close()


def onset(alarms: Alarms, taker: StillTaker, id_: str = "a1", **more: object) -> AlarmChange:
    told = change(id_, WALL_MS, **{"thing_id": "pit", "rule": "flooded", "priority": "critical", **more})  # type: ignore[arg-type]
    alarms.record(told)
    taker.hear(told)
    return told


def test_an_alarm_and_its_case_keep_what_the_cameras_saw(
    alarms: Alarms, taker: StillTaker, cases: Cases, clock: FakeClock, records: Records
) -> None:
    onset(alarms, taker, case="waterlogging", start_case=True)
    taker.close()
    alarm = alarms.get("a1")
    assert len(alarm.pictures) == 3
    at = clock.now().isoformat()
    assert [alarm.stills[one] for one in alarm.pictures] == [Still(f"park-{n}机", at) for n in range(3)]
    assert alarms.album.picture(alarm.pictures[0]).media == "image/jpeg"
    left = cases.get(alarm.case_id or "").evidence
    assert left is not None and (left.pictures, left.stills) == (alarm.pictures, alarm.stills)
    assert [step.op for step in alarms.course("a1")] == ["alarms.still"]
    assert records.verify().ok


def test_two_alarms_of_one_case_keep_their_pictures_both(alarms: Alarms, taker: StillTaker, cases: Cases) -> None:
    onset(alarms, taker, case="waterlogging", start_case=True)
    taker.close()
    more = (*THINGS, thing("deep", "garage"))
    again = StillTaker(alarms, lambda: more, AROUND.get, lambda *_: {"park-0": jpeg(colour="black")}, FakeClock())
    onset(alarms, again, "a2", rule="deeper", case="waterlogging", start_case=True)
    again.close()
    first, second = alarms.get("a1"), alarms.get("a2")
    assert first.case_id == second.case_id is not None
    left = cases.get(first.case_id or "").evidence
    assert left is not None and left.pictures == (*first.pictures, *second.pictures)
    assert set(left.stills) == set(left.pictures)


def test_a_case_made_later_has_them_too(alarms: Alarms, taker: StillTaker, cases: Cases) -> None:
    onset(alarms, taker)
    taker.close()
    case = alarms.to_case(person("li", "alarms.to_case", "cases.open"), "a1")
    left = cases.get(case).evidence
    assert left is not None and left.stills == alarms.get("a1").stills != {}


@pytest.mark.parametrize(
    "more",
    [{"priority": "medium"}, {"priority": "low"}, {"comms": True}, {"thing_id": "lost"}],
    ids=["medium", "low", "a lost line", "no place"],
)
def test_what_needs_no_look_asks_nobody(
    alarms: Alarms, taker: StillTaker, cameras: Cameras, more: dict[str, object]
) -> None:
    onset(alarms, taker, **more)
    taker.close()
    assert cameras.asked == [] and alarms.get("a1").pictures == ()


def test_what_is_under_maintenance_asks_nobody(
    alarms: Alarms, taker: StillTaker, cameras: Cameras, records: Records, clock: FakeClock
) -> None:
    out = ThingCard(id="pit", kind="sump", name="坑", out_of_service=True)
    records.write(Act("test", "system", "系统", "D1", clock.now()), lambda tx: tx.add(out) and None)
    onset(alarms, taker)
    taker.close()
    assert alarms.get("a1").state == "out_of_service" and cameras.asked == []


def test_an_alarm_that_is_told_again_after_a_restart_asks_nobody(
    alarms: Alarms, taker: StillTaker, cameras: Cameras, clock: FakeClock
) -> None:
    clock.advance(120)
    onset(alarms, taker)
    taker.close()
    assert cameras.asked == []


def test_a_copy_of_an_alarm_takes_no_pictures_from_the_others(
    alarms: Alarms, taker: StillTaker, cameras: Cameras
) -> None:
    cameras.may_answer.clear()
    onset(alarms, taker)
    cameras.asking.wait(30)
    onset(alarms, taker, "other", thing_id="gas")
    # Two observers of one event gave it two ids; what the second is told of is a copy.
    deep = [change(id_, WALL_MS, thing_id="pit", rule="deep", priority="critical") for id_ in ("b1", "b2")]
    for told in deep:
        alarms.record(told)
    taker.hear(deep[1])
    cameras.may_answer.set()
    taker.close()
    assert len(alarms.get("other").pictures) == 1


def test_its_return_asks_nobody(alarms: Alarms, taker: StillTaker, cameras: Cameras) -> None:
    told = change("a1", WALL_MS, thing_id="pit", rule="flooded", priority="critical")
    alarms.record(told)
    over = change("a1", WALL_MS, False, WALL_MS, thing_id="pit", rule="flooded", priority="critical")
    alarms.record(over)
    taker.hear(over)
    taker.close()
    assert cameras.asked == []


def test_a_rule_that_chatters_asks_once_in_ten_minutes(
    alarms: Alarms, taker: StillTaker, cameras: Cameras, clock: FakeClock
) -> None:
    told = onset(alarms, taker)
    cameras.asking.wait(30)
    taker.hear(told)
    clock.advance(AGAIN - 1)
    taker.hear(replace_onset(told, clock))
    clock.advance(1)
    taker.hear(replace_onset(told, clock))
    taker.close()
    assert len(cameras.asked) == 2


def replace_onset(told: AlarmChange, clock: FakeClock) -> AlarmChange:
    return msgspec.structs.replace(told, onset_ms=round(clock.now().timestamp() * 1000))


def test_a_storm_asks_once_for_all_that_wait(alarms: Alarms, taker: StillTaker, cameras: Cameras) -> None:
    cameras.may_answer.clear()
    onset(alarms, taker)
    cameras.asking.wait(30)
    for n in range(20):
        onset(alarms, taker, f"b{n}", rule=f"rule-{n}", thing_id="gas" if n % 2 else "pit")
    cameras.may_answer.set()
    taker.close()
    assert [sorted(one) for one in cameras.asked] == [
        ["park-0", "park-1", "park-2"],
        ["hall", "park-0", "park-1", "park-2"],
    ]
    assert {len(alarms.get(f"b{n}").pictures) for n in range(0, 20, 2)} == {3}
    assert {len(alarms.get(f"b{n}").pictures) for n in range(1, 20, 2)} == {1}


def test_a_camera_that_sends_rubbish_takes_nothing_from_the_others(
    alarms: Alarms, taker: StillTaker, cameras: Cameras
) -> None:
    cameras.sends["park-1"] = b"\xff\xd8\xff\xe0 no picture"
    onset(alarms, taker)
    taker.close()
    assert [still.camera for still in alarms.get("a1").stills.values()] == ["park-0机", "park-2机"]
