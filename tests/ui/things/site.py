"""A small site for pages to show: real models, a latest-value table that holds what the test writes, no broker."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal

from db.act import Act
from db.rollup import Band
from db.store import Records, Transaction
from db.tables.places import Place
from desktop.alarms.rules import State
from desktop.alarms.views import AlarmView
from desktop.cases.views import CaseView
from desktop.field.messages import FromField, Health, LinkState, ThingSeen, ToField
from desktop.kernel.bus import Bus
from desktop.kernel.words import Lang, Words
from desktop.people.duty import Post, Turn
from desktop.places.views import PlaceNode
from desktop.security.principal import Principal
from desktop.things.loader import load_models
from desktop.things.model import Point, Quality, Reading, Thing, ThingModel, Value
from desktop.things.service import Things
from tests.support.fakes import FakeClock, FieldReads
from ui.aio import Bridge
from ui.shell.context import Context

MODELS = load_models().models
WHO = Principal(
    "op-1", "wang", "王建国", frozenset({"manager"}),
    frozenset({"things.see", "things.place", "things.out_of_service", "things.limits", "alarms.see", "cases.see"}), "T1",
)  # fmt: skip
PLACES = [
    ("b1", None, "1", "1 栋"), ("b2", None, "2", "2 栋"), ("b10", None, "10", "10 栋"), ("u11", "b1", "1-1", "1 单元"),
    ("u12", "b1", "1-2", "2 单元"), ("pump", None, "P-W", "生活泵房"), ("gar", None, "G-1", "地下车库"),
    ("south", None, "G-S", "南门"),
]  # fmt: skip
LAMP = ThingModel(
    kind="ha-light", title={"zh": "灯", "en": "Light"}, icon="lightbulb", system="other",
    points=(
        Point(name="state", title={"zh": "状态", "en": "State"}, type="string", main=True),
        Point(name="link", title={"zh": "<b>信号</b>", "en": "<b>Signal</b>"}, type="integer", symbol="lqi"),
    ),
)  # fmt: skip


class FakeField(FieldReads):
    """The field's host, without a field."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.known: dict[str, tuple[Thing, int]] = {}
        self.table: dict[int, Reading] = {}
        self.sent: list[ToField] = []
        self.link: LinkState = "up"
        self.handlers: list[Callable[[FromField], None]] = []

    def things(self) -> dict[str, tuple[Thing, int]]:
        return dict(self.known)

    def reading(self, slot: int) -> Reading:
        return self.table.get(slot, Reading(None, "none", 0.0))

    def health(self) -> Health | None:
        since = round(self.clock.now().timestamp() * 1000) - 42_000
        return Health(
            link=self.link, link_since_ms=since, link_detail="", messages=0, rate=0.0, rejected={}, dropped={},
            queued={}, things=0, points=0, samples_stored=0, broker_dropped=None,
        )  # fmt: skip

    def on(self, handler: Callable[[FromField], None]) -> None:
        self.handlers.append(handler)

    def send(self, message: ToField) -> None:
        self.sent.append(message)

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        value = self.table.get(self._slot(thing_id, point), Reading(None, "none", 0.0)).value
        middle = float(value) if isinstance(value, (int, float)) else 1.0
        count = 180
        return [
            (since + n * (until - since) / count, middle * (1 + 0.08 * math.sin(n / 9) + 0.02 * math.sin(n * 1.7)))
            for n in range(count)
        ]

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        return []

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        return None

    def _slot(self, thing_id: str, point: str) -> int:
        thing, slot = self.known[thing_id]
        return slot + 1 + [p.name for p in thing.model.points].index(point)

    def add(self, thing: Thing, values: dict[str, Value], online: bool | None = True) -> None:
        """A thing described itself and told these values three seconds ago."""
        slot = 100 * (len(self.known) + 1)
        self.known[thing.id] = thing, slot
        now = self.clock.now().timestamp()
        if online is not None:
            self.table[slot] = Reading(online, "good", now - 3)
        for name, value in values.items():
            self.table[self._slot(thing.id, name)] = Reading(value, "good", now - 3)
        for handler in self.handlers:
            handler(ThingSeen(thing, slot))

    def say(self, thing_id: str, point: str, value: Value | None, quality: Quality = "good", age: float = 0.0) -> None:
        self.table[self._slot(thing_id, point)] = Reading(value, quality, self.clock.now().timestamp() - age)


class Shell:
    """Remembers what a page said and where it wanted to go."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.gone: list[tuple[str, str]] = []

    def say(self, text: str, **_: object) -> None:
        self.said.append(text)

    def tell(self, error: BaseException) -> None:
        raise error

    def go(self, page: str, selection: str = "") -> None:
        self.gone.append((page, selection))


@dataclass
class Site:
    """A context for pages and the hands to move what they show."""

    context: Context
    field: FakeField
    clock: FakeClock
    things: Things
    shell: Shell
    bus: Bus
    alarms: list[AlarmView] = dataclasses.field(default_factory=list)
    cases: list[CaseView] = dataclasses.field(default_factory=list)
    in_hand: list[AlarmView] = dataclasses.field(default_factory=list)
    turns: list[Turn] = dataclasses.field(default_factory=list)

    def tell(self, message: FromField) -> None:
        """The field tells something: the services hear it, then the screens."""
        for handler in self.field.handlers:
            handler(message)
        self.bus.publish(message)


def thing(id_: str, kind: str, name: str, place: str, **more: Any) -> Thing:
    model = LAMP if kind == "ha-light" else MODELS[kind]
    dialect: Literal["linli", "homeassistant"] = "homeassistant" if kind == "ha-light" else "linli"
    return Thing(id=id_, name=name, model=model, dialect=dialect, place=place, **more)


def make_site(records: Records, clock: FakeClock, lang: Lang = "zh", full: bool = True) -> Site:
    def found(tx: Transaction) -> None:
        for id_, parent, code, name in PLACES:
            tx.add(Place(id=id_, kind="unit" if parent else "building", code=code, name=name, parent_id=parent))

    records.write(Act("places.found", "op", "op", "T1", clock.now(), 480, None), found)
    fake, shell, bus = FakeField(clock), Shell(), Bus()
    things = Things(records, clock, fake)
    site = Site(None, fake, clock, things, shell, bus)  # type: ignore[arg-type]
    places = SimpleNamespace(tree=_tree)
    console = SimpleNamespace(
        things=things, clock=clock, field=fake, places=places,
        alarms=SimpleNamespace(open=lambda: list(site.alarms), in_hand=lambda: list(site.in_hand)),
        duty=SimpleNamespace(on_duty=lambda at: [turn for turn in site.turns if turn.begins_at <= at < turn.ends_at]),
        case_lists=SimpleNamespace(
            page=lambda query, limit: list(site.cases), count=lambda query: SimpleNamespace(total=len(site.cases))
        ),
    )  # fmt: skip
    site.context = Context(console, Words(lang), WHO, Bridge(bus), shell)  # type: ignore[arg-type]
    if full:
        fill(site)
    return site


def _tree() -> PlaceNode:
    def under(parent: str | None) -> tuple[PlaceNode, ...]:
        return tuple(PlaceNode(id_, "place", code, name, under(id_)) for id_, p, code, name in PLACES if p == parent)

    return PlaceNode("c", "community", "330106001001", "翠苑社区", under(None))


def fill(site: Site) -> None:
    """One of every kind, and a lamp nobody here described."""
    add = site.field.add
    pumps = thing("pump-1", "pump-set", "生活水泵组", "P-W", maker="上海凯泉", simulated=True)
    add(pumps, {"pressure": 0.61, "level": 72, "automatic": True, "pump1_running": True, "pump1_fault": False,
                "pump1_current": 8.4, "pump1_frequency": 41.2, "pressure_error": 0.01})  # fmt: skip
    for n, place in enumerate(("1-1", "1-2", "2", "10"), 1):
        add(thing(f"lift-{n}", "lift", f"{n} 号电梯", place), defaults("lift"), online=n != 3)
    add(thing("gas-1", "gas-detector", "燃气表间探测器", "2"), defaults("gas-detector"))
    add(thing("flood-1", "waterlogging", "车库坡道水位", "G-1"), defaults("waterlogging"))
    add(thing("door-1", "access-door", "1 单元门禁", "1-1"), defaults("access-door"))
    add(thing("bar-1", "barrier", "南门道闸", "G-S"), defaults("barrier"))
    add(thing("em-1", "electricity-meter", "总配电表", "P-W"), defaults("electricity-meter"))
    add(thing("light-1", "lighting-circuit", "车库照明一回路", "G-1"), defaults("lighting-circuit"))
    lamp = thing("ha-0x01", "ha-light", "<img src=x> 门厅灯", "hall", maker="IKEA", not_understood=(
        "value_template: {% for x in y %} is not supported", "component fan"))  # fmt: skip
    add(lamp, {"state": "<b>on</b>", "link": 120})


def defaults(kind: str) -> dict[str, Value]:
    """A value in the middle of what the model simulates."""
    values: dict[str, Value] = {}
    for point in MODELS[kind].points:
        low, high = point.simulate.get("low", point.simulate.get("value")), point.simulate.get("high")
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and not isinstance(low, bool):
            middle = (low + high) / 2
            values[point.name] = round(middle) if point.type == "integer" else middle
        elif low is not None and isinstance(low, (bool, int, float, str)):
            values[point.name] = low
        elif point.type == "boolean":
            values[point.name] = False
        elif point.type == "string":
            values[point.name] = next(iter(point.labels), "—")
        else:
            values[point.name] = 0
    return values


def alarm(thing_id: str, rule: str, at: datetime, site: Site, state: State = "unacknowledged") -> AlarmView:
    view = site.things.get(thing_id)
    assert view is not None
    found = next(r for r in view.thing.model.alarms if r.name == rule)
    return AlarmView(
        id=f"{thing_id}-{rule}", thing_id=thing_id, thing_name=view.name, thing_kind=view.thing.model.kind,
        place_id=view.place_id, place_path=view.place_path, point=found.point, rule=rule, priority=found.priority,
        life_safety=found.life_safety, state=state, value=1.0, limit=1.0, unit="", title=found.title,
        cause=found.cause, consequence=found.consequence, response=found.response, onset_at=at,
        returned_at=at if state == "returned" else None, acknowledged_at=None, acknowledged_by_name=None,
        shelved_until=None, case_id=None, case_number=None,
    )  # fmt: skip


def case(n: int, site: Site, due: timedelta, title: str = "电梯困人回访") -> CaseView:
    now = site.clock.now()
    return CaseView(
        id=f"case-{n}", number=f"T1-20261122-{n:04d}", definition="device_fault", title=title, state="open",
        state_title={"zh": "处理中"}, urgency="normal", thing_id=None, place_id=None, place_path=(), assignee_id=None,
        assignee_name="", opened_at=now - timedelta(hours=4), due_at=now + due, closed_at=None, round=1,
        overdue=due < timedelta(0),
    )  # fmt: skip


def turn(site: Site, post: Post, name: str, hours: float) -> Turn:
    now = site.clock.now()
    return Turn(f"turn-{name}", post, f"op-{name}", name, now - timedelta(hours=2), now + timedelta(hours=hours))


def at_minutes(site: Site, minutes: float) -> datetime:
    return (site.clock.now() - timedelta(minutes=minutes)).astimezone(UTC)
