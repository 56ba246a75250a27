"""People: found by what one knows of them, shown masked, revealed only with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.people import Person, Residency
from db.tables.places import Place
from db.tables.security import Operator
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound
from desktop.kernel.ids import NewId, uuid7
from desktop.people import masks, rules
from desktop.people.pinyin import search_keys
from desktop.people.views import PersonView, StaffView
from desktop.security.principal import Principal, act, require


class People:
    """Residents and staff, each once."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId | None = None) -> None:
        self._records = records
        self._clock = clock
        self._new_id: NewId = new_id or (lambda: uuid7(clock.now()))

    def find(self, who: Principal, text: str, limit: int = 20) -> list[PersonView]:
        """People by name, pinyin, initials, home code or phone digits; the closest first. No text, nobody."""
        require(who, "people.find")
        query = rules.query(text)
        if query.is_empty:
            return []

        def work(session: Session) -> list[PersonView]:
            matches = _matches(query)
            rank = case(*((match, place) for place, match in enumerate(matches)), else_=len(matches))
            wanted = select(Person).where(Person.state == "active", or_(*matches))
            rows = session.scalars(wanted.order_by(rank, Person.pinyin, Person.id).limit(limit)).all()
            return _views(session, rows)

        return self._records.read(work)

    def reveal(self, who: Principal, person_id: str, field: str, reason: str) -> str:
        """The unmasked `name` or `phone` of a person; that `who` saw it, and why, is in the journal before it is told.

        Raises Invalid without a reason or for another field.
        """
        require(who, "people.reveal")
        if field not in ("name", "phone"):
            raise Invalid(f"{field!r} is not kept of people", "field")
        reason = reason.strip()
        if not reason:
            raise Invalid("say why it is needed", "reason")

        def work(tx: Transaction) -> str:
            row = tx.get(Person, person_id)
            if row is None:
                raise NotFound("there is no such person", id=person_id)
            tx.note("person", person_id, {"revealed": field})
            return row.name if field == "name" else row.phone

        return self._records.write(act(who, "people.reveal", self._clock, reason), work)

    def staff(self) -> list[StaffView]:
        """Everybody who can be given work, by post and name."""

        def work(session: Session) -> list[StaffView]:
            wanted = (
                select(Operator.id, Operator.name, Person.post)
                .outerjoin(Person, Person.id == Operator.person_id)
                .where(Operator.state == "active")
            )
            return [StaffView(id_, name, post or "") for id_, name, post in session.execute(wanted)]

        return sorted(self._records.read(work), key=lambda one: (one.post, one.name, one.operator_id))

    def add(self, who: Principal, name: str, phone: str = "", homes: Iterable[tuple[str, str]] = ()) -> PersonView:
        """A new resident; `homes` are (place id, relation) with relation owner, tenant or family.

        Raises Invalid naming the field that will not do, NotFound for a home that is not there.
        """
        require(who, "people.change")
        wanted = list(homes)
        row = person_row(self._new_id(), name, phone)

        def work(tx: Transaction) -> PersonView:
            tx.add(row)
            for place_id, relation in wanted:
                if tx.get(Place, place_id) is None:
                    raise NotFound("there is no such home", id=place_id)
                if relation not in rules.RELATIONS:
                    raise Invalid(f"there is no relation {relation!r}", "relation")
                tx.add(Residency(id=self._new_id(), person_id=row.id, place_id=place_id, relation=relation))
            tx.session.flush()
            return _views(tx.session, [row])[0]

        return self._records.write(act(who, "people.add", self._clock), work)


def person_row(id_: str, name: str, phone: str = "", part: str = "resident", post: str = "") -> Person:
    """The row of a person, with the keys for searching it. Raises Invalid for a name or phone that will not do."""
    name, phone = rules.normal_name(name), rules.digits_of(phone)
    if not name or len(name) > rules.LONGEST_NAME:
        raise Invalid(f"a name has 1 to {rules.LONGEST_NAME} characters", "name", problem="length")
    if phone and not 3 <= len(phone) <= 15:
        raise Invalid("a phone number has 3 to 15 digits", "phone", problem="length")
    pinyin, initials = search_keys(name)
    return Person(id=id_, name=name, pinyin=pinyin, initials=initials, phone=phone, part=part, post=post)


def _matches(query: rules.Query) -> list[ColumnElement[bool]]:
    """What may be meant, the most exact first."""
    matches: list[ColumnElement[bool]] = []
    if query.name:
        matches += [
            Person.name == query.name,
            Person.name.startswith(query.name, autoescape=True),
            Person.name.contains(query.name, autoescape=True),
        ]
    if query.letters:
        matches += [
            Person.initials == query.letters,
            Person.pinyin == query.letters,
            Person.initials.startswith(query.letters, autoescape=True),
            Person.pinyin.startswith(query.letters, autoescape=True),
        ]
    if query.home:
        matches += [_lives_in(Place.code == query.home), _lives_in(Place.code.startswith(f"{query.home}-"))]
    if query.phone:
        matches += [Person.phone.endswith(query.phone), Person.phone.contains(query.phone)]
    return matches


def _lives_in(place: ColumnElement[bool]) -> ColumnElement[bool]:
    homes = select(Residency.person_id).join(Place, Place.id == Residency.place_id).where(place)
    return Person.id.in_(homes.where(Residency.until.is_(None)))


def _views(session: Session, rows: Sequence[Person]) -> list[PersonView]:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    wanted = (
        select(Residency.person_id, Place.code)
        .join(Place, Place.id == Residency.place_id)
        .where(Residency.person_id.in_([row.id for row in rows]), Residency.until.is_(None))
        .order_by(Place.sort, Place.code)
    )
    for person_id, code in session.execute(wanted):
        homes[person_id].append(code)
    return [
        PersonView(
            row.id, masks.name(row.name), masks.phone(row.phone), row.part, row.post, tuple(homes.get(row.id, ()))
        )
        for row in rows
    ]
