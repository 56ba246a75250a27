"""The sample community of the demo and the tests: 6 buildings, 400 homes, 1,000 residents, the office's staff.

Its data is in `resources/sample`; who lives where is drawn from a fixed seed, so that it is the same everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from db.store import Records, Transaction
from db.tables.people import Person, Residency
from db.tables.places import Place
from db.tables.security import Operator
from desktop.kernel.clock import Clock
from desktop.kernel.ids import NewId
from desktop.people.service import person_row
from desktop.places.rules import KINDS
from desktop.places.service import check_community, community_row
from desktop.places.views import CommunityView
from desktop.security.passwords import NO_PASSWORD
from desktop.security.principal import act, system
from desktop.security.roles import checked
from resources.loader import folder, load

SEED = 20261122

SAMPLE_COMMUNITY = "990101001001"
"""The sample community's code, as it stands in the topics of its things."""


class Building(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    units: int
    floors: int
    per_floor: int


class Other(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    kind: str
    name: str


class CommunityTable(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    street: str
    district: str
    city: str


class CommunityFile(msgspec.Struct, forbid_unknown_fields=True):
    """`resources/sample/community.toml`."""

    community: CommunityTable
    buildings: list[Building]
    others: list[Other]


class Staff(msgspec.Struct, forbid_unknown_fields=True):
    login: str
    name: str
    post: str
    roles: list[str]


class PeopleFile(msgspec.Struct, forbid_unknown_fields=True):
    """`resources/sample/people.toml`."""

    residents: int
    occupied_homes: int
    phone_prefix: str
    surnames: list[str]
    given: list[str]
    staff: list[Staff]


def build_sample(records: Records, clock: Clock, new_id: NewId, terminal: str) -> None:
    """Fills an empty store, in three acts. The staff's accounts have no password until one is given."""
    who = system(terminal)
    community = load(folder("sample", "community.toml"), CommunityFile)
    people = load(folder("sample", "people.toml"), PeopleFile)
    homes = records.write(act(who, "places.sample", clock), lambda tx: _places(tx, new_id, community))
    records.write(act(who, "people.sample", clock), lambda tx: _residents(tx, new_id, people, homes))
    records.write(act(who, "security.sample", clock), lambda tx: _staff(tx, new_id, people))


def _places(tx: Transaction, new_id: NewId, file: CommunityFile) -> list[str]:
    """The community and its places; returns the homes' ids."""
    table = file.community
    community = CommunityView(table.code, table.name, table.street, table.district, table.city)
    check_community(community)
    tx.add(community_row(new_id(), community))
    homes: list[str] = []
    for sort, building in enumerate(file.buildings):
        rows = list(_building(building, new_id, sort))
        for row in rows:
            tx.add(row)
        homes += [row.id for row in rows if row.kind == "room"]
    for sort, other in enumerate(file.others, len(file.buildings)):
        if other.kind not in KINDS:
            raise ValueError(f"{other.code} has an unknown kind {other.kind!r}")
        tx.add(Place(id=new_id(), kind=other.kind, code=other.code, name=other.name, sort=sort))
    return homes


def _building(building: Building, new_id: NewId, sort: int) -> Iterator[Place]:
    top = Place(id=new_id(), kind="building", code=building.code, name=f"{building.code}号楼", sort=sort)
    yield top
    for number in range(1, building.units + 1):
        code = f"{building.code}-{number}"
        unit = Place(id=new_id(), parent_id=top.id, kind="unit", code=code, name=f"{number}单元", sort=number)
        yield unit
        for floor in range(1, building.floors + 1):
            for door in range(1, building.per_floor + 1):
                yield Place(
                    id=new_id(), parent_id=unit.id, kind="room", code=f"{code}-{floor:02}{door:02}",
                    name=f"{floor}{door:02}室", sort=floor * 100 + door,
                )  # fmt: skip


def _residents(tx: Transaction, new_id: NewId, file: PeopleFile, homes: list[str]) -> None:
    """Households of one to six: an owner or a tenant first, then family, children mostly with the first's surname."""
    chance = random.Random(SEED)
    occupied = sorted(chance.sample(homes, file.occupied_homes), key=homes.index)
    sizes = [1] * len(occupied)
    while sum(sizes) < file.residents:
        lucky = chance.randrange(len(sizes))
        sizes[lucky] += sizes[lucky] < 6
    serial = 0
    for home, size in zip(occupied, sizes, strict=True):
        first = "tenant" if chance.random() < 0.2 else "owner"
        surname = chance.choice(file.surnames)
        for place in range(size):
            serial += 1
            own = surname if place == 0 or chance.random() < 0.6 else chance.choice(file.surnames)
            # Small children have no phone.
            phone = f"{file.phone_prefix}{serial:04}" if place == 0 or chance.random() < 0.7 else ""
            person = tx.add(person_row(new_id(), own + chance.choice(file.given), phone))
            relation = first if place == 0 else "family"
            tx.add(Residency(id=new_id(), person_id=person.id, place_id=home, relation=relation))


def _staff(tx: Transaction, new_id: NewId, file: PeopleFile) -> None:
    for number, one in enumerate(file.staff, 9001):
        phone = f"{file.phone_prefix}{number}"
        person: Person = tx.add(person_row(new_id(), one.name, phone, part="staff", post=one.post))
        tx.add(
            Operator(
                id=new_id(),
                login=one.login,
                name=one.name,
                person_id=person.id,
                password_hash=NO_PASSWORD,
                roles=checked(one.roles),
            )
        )
