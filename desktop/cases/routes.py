"""Routes: the points of a round, in order, each with its label's code."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.assets import Asset
from db.tables.places import Place
from db.tables.schedules import Route
from desktop.cases import rounds, rules
from desktop.cases.definition import CaseDefinition
from desktop.cases.naming import place_paths
from desktop.cases.planned import RouteView
from desktop.cases.views import Point
from desktop.kernel.errors import Invalid, NotFound

MOST_POINTS = 200


def points_field(definition: CaseDefinition) -> str:
    """The name of the field that keeps a round's points; "" where the kind has none."""
    return next((field.name for field in definition.fields if field.type == "points"), "")


def row_of(session: Session, route_id: str) -> Route:
    """A route that is in use. Raises NotFound."""
    row = session.get(Route, route_id)
    if row is None or row.state != "active":
        raise NotFound("there is no such route", id=route_id)
    return row


def points_of(row: Route) -> tuple[Point, ...]:
    return tuple(Point(**point) for point in row.points)


def views(session: Session, definition: str | None) -> tuple[RouteView, ...]:
    """The routes in use by name, of one kind of case or of all."""
    wanted = select(Route).where(Route.state == "active").order_by(Route.name, Route.id)
    if definition is not None:
        wanted = wanted.where(Route.definition == definition)
    rows = session.scalars(wanted).all()
    paths = place_paths(session, {point["place_id"] for row in rows for point in row.points if point["place_id"]})
    return tuple(_view(row, paths) for row in rows)


def view(session: Session, row: Route) -> RouteView:
    return _view(row, place_paths(session, {point["place_id"] for point in row.points if point["place_id"]}))


def fill(
    tx: Transaction, row: Route, definition: CaseDefinition, name: str, points: Sequence[Point], ordered: bool
) -> None:
    """Writes a checked route into its row. Raises Invalid("name", "definition", "points") with `why`, and for a point
    `code`: missing, too_long, not_an_option, doubled, gone, too_many."""
    if problems := rules.check_text("name", name, rules.MAX_TITLE, needed=True):
        raise Invalid(f"name: {problems[0].why}", "name", why=problems[0].why)
    if not points_field(definition):
        raise Invalid(f"{definition.name} walks no points", "definition", why="not_an_option")
    if not points:
        raise Invalid("a route has points", "points", why="missing")
    if len(points) > MOST_POINTS:
        raise Invalid(f"a route has at most {MOST_POINTS} points", "points", why="too_many")
    clean = [_clean(tx, point) for point in points]
    codes = [point.code for point in clean]
    if twice := next((code for code in codes if codes.count(code) > 1), ""):
        raise Invalid(f"{twice} stands on the route twice", "points", why="doubled", code=twice)
    row.name, row.definition, row.ordered = name.strip(), definition.name, ordered
    row.points = [point._asdict() for point in clean]


def _clean(tx: Transaction, point: Point) -> Point:
    code = rounds.code_of(point.code)
    if not rounds.is_code(code):
        raise Invalid(f"{code!r} is no code of a point", "points", why="not_an_option", code=code)
    for text, most, needed in ((point.name, rules.MAX_TITLE, True), (point.check, rules.MAX_REASON, False)):
        if problems := rules.check_text("points", text, most, needed=needed):
            raise Invalid(f"{code}: {problems[0].why}", "points", why=problems[0].why, code=code)
    if (point.place_id and tx.get(Place, point.place_id) is None) or (
        point.asset_id and tx.get(Asset, point.asset_id) is None
    ):
        raise Invalid(f"{code}: its place or asset is gone", "points", why="gone", code=code)
    return point._replace(code=code, name=point.name.strip(), check=point.check.strip())


def _view(row: Route, paths: dict[str, tuple[str, ...]]) -> RouteView:
    points = points_of(row)
    near = {point.place_id: paths[point.place_id] for point in points if point.place_id and point.place_id in paths}
    return RouteView(row.id, row.name, row.definition, row.ordered, points, near)
