"""Plans: drawings of places, and the things put on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.places import Place
from db.tables.plans import Picture, Plan
from desktop.alarms.pictures import store_picture
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.plans.pictures import PictureRefused, check
from desktop.plans.views import Image, PlanView
from desktop.security.principal import Principal, act, require

LONGEST_NAME = 60
MOST_PINS = 2000
"""Things on one drawing."""


class Plans:
    """The community's drawings. Every method waits for the disk."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id

    def all(self) -> list[PlanView]:
        """Every plan that was not removed, in the office's order."""
        wanted = select(Plan).where(Plan.state == "active").order_by(Plan.sort, Plan.name, Plan.id)
        return self._records.read(lambda session: [_view(row) for row in session.scalars(wanted)])

    def picture(self, plan_id: str) -> Image:
        """Raises NotFound."""

        def work(session: Session) -> Image:
            plan = session.get(Plan, plan_id)
            found = session.get(Picture, plan.picture) if plan else None
            if found is None:
                raise NotFound("there is no such plan", id=plan_id)
            return Image(found.media, found.data)

        return self._records.read(work)

    def add(self, who: Principal, place_id: str | None, name: str, data: bytes) -> PlanView:
        """A new plan of a place (None: the whole community), after the others.

        Raises Invalid("picture") for a file that will not do (`facts["why"]` is a problem of `PictureRefused`),
        Invalid("name"), NotFound for the place.
        """
        require(who, "plans.change")
        name, media = _checked_name(name), _checked_picture(data)

        def work(tx: Transaction) -> PlanView:
            if place_id is not None and tx.get(Place, place_id) is None:
                raise NotFound("there is no such place", id=place_id)
            sorts = tx.session.scalars(select(Plan.sort)).all()
            row = Plan(
                id=self._new_id(), place_id=place_id, name=name, picture=store_picture(tx, data, media),
                sort=max(sorts, default=0) + 1,
            )  # fmt: skip
            return _view(tx.add(row))

        return self._records.write(act(who, "plans.add", self._clock), work)

    def put(self, who: Principal, plan_id: str, thing_id: str, x: float, y: float) -> PlanView:
        """Puts a thing on the plan, or moves it there. Raises Invalid("pin") for a point beside the drawing."""
        return self.put_all(who, plan_id, {thing_id: (x, y)})

    def put_all(self, who: Principal, plan_id: str, pins: Mapping[str, tuple[float, float]]) -> PlanView:
        """As `put`, for several things in one act."""
        wanted = {thing_id: [_share(x), _share(y)] for thing_id, (x, y) in pins.items()}

        def work(row: Plan) -> None:
            found = {**row.pins, **wanted}
            if len(found) > MOST_PINS:
                raise Refused(f"a plan holds at most {MOST_PINS} things")
            row.pins = found

        return self._write(who, plan_id, "plans.put", work)

    def take_off(self, who: Principal, plan_id: str, thing_id: str) -> PlanView:
        """Takes a thing off the plan; one that is not on it changes nothing."""

        def work(row: Plan) -> None:
            row.pins = {id_: at for id_, at in row.pins.items() if id_ != thing_id}

        return self._write(who, plan_id, "plans.take_off", work)

    def rename(self, who: Principal, plan_id: str, name: str) -> PlanView:
        """Raises Invalid("name")."""
        checked = _checked_name(name)

        def work(row: Plan) -> None:
            row.name = checked

        return self._write(who, plan_id, "plans.rename", work)

    def remove(self, who: Principal, plan_id: str) -> None:
        """Puts the plan away. Its row and picture stay: the journal vouches for them."""

        def work(row: Plan) -> None:
            row.state = "removed"

        self._write(who, plan_id, "plans.remove", work)

    def restore(self, who: Principal, plan_id: str) -> PlanView:
        """Takes `remove` back."""

        def work(row: Plan) -> None:
            row.state = "active"

        return self._write(who, plan_id, "plans.restore", work, "removed")

    def _write(
        self, who: Principal, plan_id: str, op: str, change: Callable[[Plan], None], state: str = "active"
    ) -> PlanView:
        require(who, "plans.change")

        def work(tx: Transaction) -> PlanView:
            row = tx.get(Plan, plan_id)
            if row is None or row.state != state:
                raise NotFound("there is no such plan", id=plan_id)
            change(row)
            return _view(row)

        return self._records.write(act(who, op, self._clock), work)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"a name has 1 to {LONGEST_NAME} characters", "name", problem="length")
    return name


def _checked_picture(data: bytes) -> str:
    try:
        return check(data).media
    except PictureRefused as error:
        raise Invalid(str(error), "picture", why=error.problem) from error


def _share(value: float) -> float:
    if not isfinite(value) or not 0 <= value <= 1:
        raise Invalid("a thing stands on the drawing", "pin")
    return round(value, 4)


def _view(row: Plan) -> PlanView:
    pins = {id_: (float(at[0]), float(at[1])) for id_, at in row.pins.items()}
    return PlanView(row.id, row.name, row.place_id, row.picture, pins)
