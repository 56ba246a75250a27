"""Cases with clocks, pauses and links; plans and routes, assets, parts and their stock."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def text(name: str, *, empty: bool = False, of: str | None = None) -> sa.Column[Any]:
    links = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.String(), *links, nullable=empty)


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def instant(name: str, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=empty)


def record(name: str, *columns: sa.Column[Any], indexes: tuple[tuple[str, ...], ...] = ()) -> None:
    """A table of business rows: its columns between the id and what every row has."""
    last = (number("rev"), json("extra"))
    op.create_table(name, sa.Column("id", sa.String(), primary_key=True), *columns, *last)
    for parts in indexes:
        op.create_index(f"ix_{name}_{'_'.join(parts)}", name, list(parts))


def upgrade() -> None:
    assets()
    schedules()
    cases()
    record(
        "case_link",
        text("case_id", of="case.id"), text("other_id", of="case.id"), text("kind"), text("state"),
        indexes=(("case_id",), ("other_id",)),
    )  # fmt: skip
    record("turn", number("n"))
    record(
        "saved_filter",
        text("operator_id", of="operator.id"), text("name"), json("query"), text("state"),
        indexes=(("operator_id",),),
    )  # fmt: skip
    record(
        "stock_move",
        text("part_id", of="part.id"), text("holder"), sa.Column("quantity", sa.Double(), nullable=False), text("why"),
        text("case_id", empty=True, of="case.id"),
        indexes=(("part_id", "holder"), ("case_id",)),
    )  # fmt: skip


def assets() -> None:
    record(
        "asset",
        text("code"), text("name"), text("kind"), text("place_id", empty=True, of="place.id"),
        text("thing_id", empty=True), json("facts"), text("state"),
        indexes=(("code",), ("place_id",)),
    )  # fmt: skip
    record(
        "part",
        text("code"), text("name"), text("unit"), number("price"), text("state"),
        indexes=(("code",),),
    )  # fmt: skip


def schedules() -> None:
    record("route", text("name"), text("definition"), flag("ordered"), json("points"), text("state"))
    record(
        "schedule",
        text("definition"), text("title"), json("pattern"), text("place_id", empty=True, of="place.id"),
        text("thing_id", empty=True), text("asset_id", empty=True, of="asset.id"),
        text("person_id", empty=True, of="person.id"), text("route_id", empty=True, of="route.id"),
        text("assignee_id", empty=True, of="operator.id"), text("urgency"), json("fields"), instant("since"),
        instant("next_at", empty=True), instant("last_at", empty=True), text("state"),
        indexes=(("state", "next_at"),),
    )  # fmt: skip


CASE_BEFORE = (
    "id, number, definition, version, title, state, urgency, thing_id, place_id, assignee_id, opened_at, due_at, closed_at, "
    "round, fields, rev, extra"
)

ONE_CLOCK = (
    "CASE WHEN due_at IS NULL THEN '[]' ELSE json_array(json_object("
    "'clock', CASE definition WHEN 'device-fault' THEN 'done' ELSE 'arrive' END, 'round', round, 'began', opened_at, "
    "'minutes', CAST(round((julianday(due_at) - julianday(opened_at)) * 1440) AS INTEGER), 'due', due_at, "
    "'stopped', closed_at, 'filed', closed_at)) END"
)
"""What was promised as the one clock that a case had."""


def cases() -> None:
    """The table anew, because SQLite adds columns only at the end and only with a default."""
    for name in ("state", "number", "thing_id"):
        op.drop_index(f"ix_case_{name}")
    # Otherwise the alarms would follow the table to its passing name.
    op.execute("PRAGMA legacy_alter_table=ON")
    op.rename_table("case", "case_before")
    op.execute("PRAGMA legacy_alter_table=OFF")
    record(
        "case",
        text("number"), text("definition"), number("version"), text("title"), text("state"), text("urgency"),
        text("thing_id", empty=True), text("place_id", empty=True, of="place.id"),
        text("assignee_id", empty=True, of="operator.id"), instant("opened_at"),
        instant("due_at", empty=True), instant("closed_at", empty=True), number("round"), json("fields"),
        text("person_id", empty=True, of="person.id"), text("asset_id", empty=True, of="asset.id"),
        text("parent_id", empty=True, of="case.id"), text("schedule_id", empty=True, of="schedule.id"),
        instant("planned_at", empty=True), text("opened_by"), instant("warn_at", empty=True), flag("paused"),
        number("urged"), number("escalated"), json("clocks"), json("spans"),
        indexes=(
            ("state",), ("number",), ("thing_id",), ("place_id",),
            ("person_id",), ("assignee_id",), ("parent_id",), ("schedule_id",), ("opened_at",),
        ),
    )  # fmt: skip
    said = ["state", "paused", "warn_at", "assignee_id"]
    op.create_index("ix_case_lists", "case", ["closed_at", "due_at", "definition", *said, "urgency", "id"])
    op.create_index("ix_case_board", "case", ["definition", "closed_at", "due_at", *said, "id"])
    op.execute(
        f'INSERT INTO "case" ({CASE_BEFORE}, opened_by, paused, urged, escalated, clocks, spans) '
        f"SELECT {CASE_BEFORE}, 'system', 0, 0, 0, {ONE_CLOCK}, '[]' FROM case_before"
    )
    op.drop_table("case_before")
