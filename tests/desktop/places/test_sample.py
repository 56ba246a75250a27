"""The sample community is whole, invented, and the same everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from db.engine import open_engine
from db.store import Records, create_schema
from db.tables.people import Person, Residency
from db.tables.places import Place
from db.tables.security import Operator
from desktop.people.service import People
from desktop.places.sample import SAMPLE_COMMUNITY, build_sample
from desktop.places.service import Places
from desktop.places.views import PlaceNode
from desktop.security.service import Accounts
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import CLERK


def every(node: PlaceNode) -> Iterator[PlaceNode]:
    yield node
    for child in node.children:
        yield from every(child)


def test_it_has_its_buildings_homes_and_people(records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    build_sample(records, clock, new_id, "D1")
    places, people = Places(records), People(records, clock)
    root = places.tree()
    assert root.code == SAMPLE_COMMUNITY
    kinds = Counter(node.kind for node in every(root))
    assert (kinds["building"], kinds["room"], kinds["gate"]) == (6, 400, 2)
    codes = [node.code for node in every(root)]
    assert len(codes) == len(set(codes))
    assert {"1", "6", "1-1", "1-1-0301", "G-S", "G-N", "P-1", "R-1", "K-1", "E-1"} <= set(codes)
    home = places.by_code("1-1-0301")
    assert home is not None and home.path == ("1号楼", "1单元", "301室")

    residents = records.read(lambda s: s.scalars(select(Person).where(Person.part == "resident")).all())
    assert len(residents) == 1000
    assert all(p.phone == "" or (p.phone.startswith("1540000") and len(p.phone) == 11) for p in residents)
    assert all(p.pinyin and p.initials for p in residents)
    assert records.read(lambda s: s.scalar(select(func.count(Residency.place_id.distinct())))) == 384
    heads = records.read(lambda s: s.scalars(select(Residency.place_id).where(Residency.relation != "family")).all())
    assert len(heads) == len(set(heads)) == 384
    assert len(people.staff()) == 14 and people.staff()[0].post
    assert people.find(CLERK, "G-S") == [] and people.find(CLERK, "wang")
    assert records.verify().ok


def test_nobody_can_sign_in_until_a_password_is_given(records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    build_sample(records, clock, new_id, "D1")
    hashes = records.read(lambda s: set(s.scalars(select(Operator.password_hash))))
    assert hashes == {"!"}
    assert Accounts(records, clock, new_id, "D1").needs_setup()


def test_it_is_the_same_everywhere(records: Records, tmp_path: Path, key: bytes, clock: FakeClock) -> None:
    engine = open_engine(tmp_path / "other.db", key, "writer")
    with engine.begin() as connection:
        create_schema(connection)
    engine.dispose()
    other = Records(tmp_path / "other.db", key, FakeIds())
    try:
        build_sample(other, clock, FakeIds(), "D1")
        mine = Records(records.path, key, FakeIds())
        build_sample(mine, clock, FakeIds(), "D1")
        assert mine.head() == other.head()
        assert mine.read(lambda s: s.scalar(select(func.count(Place.id)))) == 435
        mine.close()
    finally:
        other.close()
