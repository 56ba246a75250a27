"""What walks through definitions need: a store to walk in, values that fit a field, and everything a move asks for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from db.engine import open_engine
from db.store import Act, Records, Transaction, create_schema
from db.tables.assets import Asset, Part
from db.tables.people import Person
from db.tables.places import Community, Place
from desktop.cases import rounds, rules
from desktop.cases.acts import CaseActs
from desktop.cases.definition import CaseDefinition, CaseField, ItemColumn, Move, Node
from desktop.cases.service import Cases
from desktop.cases.values import is_blank, is_complete
from desktop.cases.views import CaseView, Point
from desktop.security.principal import Principal
from tests.desktop.cases.support import BOSS, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

KEY = bytes(32)
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
ROUTE = (Point("P-1", "东门", None, None, None, "门锁"), Point("P-2", "水泵房", None, None, None, "压力"))
ABOUT = {"place": "b3", "person": "wang", "thing": "pump-1", "asset": "ladder"}

Draw = Callable[[st.SearchStrategy[object]], object]


class Ground(NamedTuple):
    """The services on a store of their own."""

    folder: Path
    records: Records
    clock: FakeClock
    cases: Cases
    acts: CaseActs
    picture: str

    def leave(self) -> None:
        self.records.close()
        shutil.rmtree(self.folder)


@cache
def _template() -> bytes:
    """A store with people, places, an asset and a part: made once, copied for every walk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.db"
        engine = open_engine(path, KEY, "writer")
        with engine.begin() as connection:
            create_schema(connection)
        engine.dispose()
        records = Records(path, KEY, FakeIds())
        with_operators(records)
        records.write(Act("test.people", "system", "test", TERMINAL, START), _people)
        records.close()
        return path.read_bytes()


def _people(tx: Transaction) -> None:
    tx.add(Community(id="c", code="110101001001", name="和苑"))
    tx.add(Place(id="b3", kind="building", code="3", name="3号楼"))
    tx.add(Person(id="wang", name="王小明", phone="13812341234"))
    tx.add(Asset(id="ladder", code="T-1", name="人字梯", kind="tool"))
    tx.add(Part(id="washer", code="W-1", name="垫片", unit="个", price=200))


def ground(*definitions: Path) -> Ground:
    """A fresh store; its ids go on where the template's ended."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "records.db"
    path.write_bytes(_template())
    clock, ids = FakeClock(), FakeIds()
    for _ in range(100):
        ids()
    records = Records(path, KEY, ids)
    cases = Cases(records, clock, ids, TERMINAL, *definitions)
    acts = CaseActs(records, clock, ids, cases, TERMINAL)
    return Ground(folder, records, clock, cases, acts, cases.keep_picture(BOSS, PNG, "image/png"))


def good(field: CaseField, here: Ground) -> st.SearchStrategy[object]:
    """A value the field must take."""
    match field.type:
        case "choice":
            return st.sampled_from(list(field.options))
        case "category":
            return st.sampled_from(list(leaves(field.tree)))
        case "number":
            return st.integers(int(field.minimum or 0), int(field.maximum or 100))
        case "money":
            return st.integers(int(field.minimum or 0), 10**7)
        case "date-time":
            return st.just(here.clock.now().isoformat())
        case "checklist":
            done = [item.name for item in field.items if item.required]
            more = st.sets(st.sampled_from([item.name for item in field.items]))
            return more.map(lambda others: [*done, *sorted(others)] or [field.items[0].name])
        case "person" | "place" | "thing" | "asset":
            return st.just([ABOUT[field.type]] if field.many else ABOUT[field.type])
        case "photo":
            return st.just([here.picture])
        case "signature":
            return st.just(here.picture)
        case "items":
            row = st.fixed_dictionaries({column.name: _cell(column, here) for column in field.columns})
            return st.lists(row, min_size=1, max_size=2)
        case "points":
            return st.just(None)
        case _:
            return st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


def _cell(column: ItemColumn, here: Ground) -> st.SearchStrategy[object]:
    match column.type:
        case "number" | "money":
            return st.integers(0, 1000)
        case "choice":
            return st.sampled_from(list(column.options))
        case "tick":
            return st.booleans()
        case "date-time":
            return st.just(here.clock.now().isoformat())
        case "part":
            return st.just("washer")
        case _:
            return st.text("甲乙丙 AB12", min_size=1).map(str.strip).filter(bool)


def leaves(nodes: tuple[Node, ...], above: str = "") -> Iterator[str]:
    """Every path of a tree that can be chosen, in its order."""
    for node in nodes:
        path = f"{above}/{node.name}".lstrip("/")
        yield from leaves(node.children, path) if node.children else [path]


def open_case(here: Ground, definition: CaseDefinition, draw: Draw) -> str:
    """A new case with what its opening needs; a round begins with a route. Returns its id."""
    about: dict[str, Any] = {
        f"{name}_id": id_ for name, id_ in ABOUT.items() if getattr(definition.opening, name) != "no"
    }
    needs = (field for field in definition.fields if field.name in definition.opening.needs)
    fields = {field.name: draw(good(field, here)) for field in needs}
    urgency = str(draw(st.sampled_from([urgency.name for urgency in definition.urgencies])))
    route = rounds.snapshot(ROUTE, ordered=True) if _points(definition) else None
    if route is None:
        return here.cases.open(BOSS, definition.name, "试办", urgency=urgency, fields=fields, **about).id
    act = Act("cases.open", "system", "系统", TERMINAL, here.clock.now())

    def work(tx: Transaction) -> CaseView:
        return here.cases.open_in(
            tx, BOSS, definition.name, "试办", urgency=urgency, fields=fields, route=route, **about
        )

    return here.records.write(act, work).id


def _points(definition: CaseDefinition) -> CaseField | None:
    return next((field for field in definition.fields if field.type == "points"), None)


def answers(
    here: Ground, definition: CaseDefinition, move: Move, now: Mapping[str, object], draw: Draw
) -> dict[str, object]:
    """Everything that the move needs with what is drawn on the way: an answer may ask for more."""
    given: dict[str, object] = {}
    while True:
        after = rules.merged(definition, move, now, given)
        fields, held = rules.needed(definition, move, after)
        missing = [name for name in fields if name not in given]
        missing += [name for name in held if _lacks(definition, name, after) and name not in given]
        asked = [field for name in missing if (field := definition.field(name)) and field.type != "points"]
        if not asked:
            return given
        given |= {field.name: draw(good(field, here)) for field in asked}


def _lacks(definition: CaseDefinition, name: str, after: Mapping[str, object]) -> bool:
    field = definition.field(name)
    return field is not None and (is_blank(after.get(name)) or not is_complete(field, after[name]))


def visit_all(here: Ground, who: Principal, case_id: str, definition: CaseDefinition) -> None:
    """Walks to every point that nobody was at yet."""
    field = _points(definition)
    for point in rounds.missed(here.cases.get(case_id).values.get(field.name)) if field else ():
        here.clock.advance(60)
        here.acts.visit(who, case_id, field.name if field else "", point.code, way="qr")
