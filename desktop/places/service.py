"""Places: the community, its buildings, units, homes, public areas, gates and equipment rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.places import Community, Place
from desktop.kernel.clock import Clock, SystemClock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId, uuid7
from desktop.places import rules
from desktop.places.views import CommunityView, PlaceNode, PlaceView
from desktop.security.principal import Principal, act, require


class Places:
    """The community and what is in it."""

    def __init__(self, records: Records, clock: Clock | None = None, new_id: NewId | None = None) -> None:
        self._records = records
        self._clock: Clock = clock or SystemClock()
        self._new_id: NewId = new_id or (lambda: uuid7(self._clock.now()))
        self._community: CommunityView | None = None

    def community(self) -> CommunityView | None:
        """The community of this store; None before it was founded. Read once: founding is for good."""
        if self._community is None and (row := self._records.read(_community)) is not None:
            self._community = CommunityView(row.code, row.name, row.street, row.district, row.city, row.offset_minutes)
        return self._community

    def tree(self) -> PlaceNode:
        """Every active place under the community. Raises NotFound before the community was founded."""

        def work(session: Session) -> PlaceNode:
            community = _community(session)
            if community is None:
                raise NotFound("the community is not founded yet")
            return _tree(community, session.scalars(select(Place).where(Place.state == "active")).all())

        return self._records.read(work)

    def by_code(self, code: str) -> PlaceView | None:
        """The active place people call by this code ("3-2-1201"), in any case of letters."""

        def work(session: Session) -> PlaceView | None:
            wanted = select(Place).where(Place.code == code.strip().upper(), Place.state == "active")
            row = session.scalars(wanted.order_by(Place.id)).first()
            return view(session, row) if row else None

        return self._records.read(work)

    def get(self, place_id: str) -> PlaceView:
        """Raises NotFound for an id that is no place's."""

        def work(session: Session) -> PlaceView:
            row = session.get(Place, place_id)
            if row is None:
                raise NotFound("there is no such place", id=place_id)
            return view(session, row)

        return self._records.read(work)

    def around(self, place_id: str) -> str | None:
        """The id of the place it is in; None for a building, for ground of its own, for a home, which is nobody's but its
        people's, and for what is no place."""

        def work(session: Session) -> str | None:
            row = session.get(Place, place_id)
            return row.parent_id if row and row.kind != "room" else None

        return self._records.read(work)

    def found(self, who: Principal, community: CommunityView) -> CommunityView:
        """Founds the community of this store, once. Raises Invalid for its code or name, Refused when it exists."""
        require(who, "settings.change")
        check_community(community)

        def work(tx: Transaction) -> CommunityView:
            if _community(tx.session):
                raise Refused("this store has its community already")
            tx.add(community_row(self._new_id(), community))
            return community

        return self._records.write(act(who, "places.found", self._clock), work)

    def add(
        self, who: Principal, kind: str, code: str, name: str, parent_id: str | None = None, sort: int = 0
    ) -> PlaceView:
        """A new place, inside `parent_id` or right in the community.

        Raises Invalid naming the field that will not do, NotFound for a parent that is not there.
        """
        require(who, "places.change")
        code, name = code.strip().upper(), name.strip()
        if kind not in rules.KINDS:
            raise Invalid(f"there is no kind of place {kind!r}", "kind")
        if problem := rules.place_code_problem(code):
            raise Invalid(f"the code will not do: {problem}", "code", problem=problem)
        if not name or len(name) > 60:
            raise Invalid("a name has 1 to 60 characters", "name", problem="length")

        def work(tx: Transaction) -> PlaceView:
            if parent_id is not None and tx.get(Place, parent_id) is None:
                raise NotFound("there is no such place", id=parent_id)
            taken = select(Place.id).where(Place.code == code, Place.state == "active")
            if tx.session.scalar(taken) is not None:
                raise Invalid(f"the code {code} is taken", "code", problem="taken")
            row = Place(id=self._new_id(), parent_id=parent_id, kind=kind, code=code, name=name, sort=sort)
            return view(tx.session, tx.add(row))

        return self._records.write(act(who, "places.add", self._clock), work)


def check_community(community: CommunityView) -> None:
    """Raises Invalid naming the field that will not do."""
    if problem := rules.code_problem(community.code):
        raise Invalid(f"{community.code!r} is not a community's code: {problem}", "code", problem=problem)
    if not community.name.strip() or len(community.name) > 60:
        raise Invalid("a name has 1 to 60 characters", "name", problem="length")
    if abs(community.offset_minutes) > 14 * 60:
        raise Invalid("no place on earth has this offset", "offset_minutes", problem="range")


def community_row(id_: str, view: CommunityView) -> Community:
    """The row of a community that was checked."""
    return Community(
        id=id_, code=view.code, name=view.name.strip(), street=view.street, district=view.district, city=view.city,
        offset_minutes=view.offset_minutes,
    )  # fmt: skip


def view(session: Session, row: Place) -> PlaceView:
    """The place with the names above it."""
    path, above = [row.name], row.parent_id
    while above is not None:
        parent = session.get_one(Place, above)
        path.append(parent.name)
        above = parent.parent_id
    return PlaceView(row.id, row.kind, row.code, row.name, tuple(reversed(path)))


def _community(session: Session) -> Community | None:
    return session.scalars(select(Community).order_by(Community.id)).first()


def _tree(community: Community, places: Sequence[Place]) -> PlaceNode:
    inside: defaultdict[str | None, list[Place]] = defaultdict(list)
    for place in sorted(places, key=lambda place: (place.sort, place.code)):
        inside[place.parent_id].append(place)
    return PlaceNode(community.id, "community", community.code, community.name, _children(inside, None))


def _children(inside: Mapping[str | None, list[Place]], parent: str | None) -> tuple[PlaceNode, ...]:
    return tuple(
        PlaceNode(place.id, place.kind, place.code, place.name, _children(inside, place.id))
        for place in inside.get(parent, ())
    )
