"""Alarms that latch, ask again, are suppressed and go up; meter readings, plans, pictures and the duty roster."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


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
    op.create_table(
        "picture",
        sa.Column("sha256", sa.String(), primary_key=True),
        text("media"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    record(
        "plan",
        text("place_id", empty=True, of="place.id"), text("name"), text("picture", of="picture.sha256"),
        json("pins"), number("sort"), text("state"),
        indexes=(("place_id",),),
    )  # fmt: skip
    record(
        "duty",
        text("post"), text("operator_id", of="operator.id"), instant("begins_at"),
        instant("ends_at"), text("state"),
        indexes=(("begins_at",),),
    )  # fmt: skip
    record(
        "meter_reading",
        text("thing_id"), text("point"), text("day"), text("medium"), text("unit"), text("use"),
        text("place_id", empty=True),
        sa.Column("reading", sa.Double(), nullable=False), sa.Column("used", sa.Double(), nullable=False),
        sa.Column("night", sa.Double(), nullable=True),
        json("flaws"),
        indexes=(("day",), ("thing_id", "point", "day")),
    )  # fmt: skip
    alarms()
    op.create_index("ix_journal_op_at", "journal", ["op", "at"])


ALARM_BEFORE = (
    "id, thing_id, thing_name, thing_kind, place_id, point, rule, priority, life_safety, value, limit_value, unit, texts, "
    "active, acknowledged, onset_at, returned_at, acknowledged_at, acknowledged_by, shelved_until, shelved_by, "
    "case_definition, case_id, rev, extra"
)


def alarms() -> None:
    """The table anew, because SQLite adds columns only at the end and only with a default."""
    for name in ("thing_id", "onset_at", "case_id", "open"):
        op.drop_index(f"ix_alarm_{name}")
    op.rename_table("alarm", "alarm_before")
    record(
        "alarm",
        text("thing_id"), text("thing_name"), text("thing_kind"), text("place_id", empty=True, of="place.id"),
        text("point"), text("rule"), text("priority"), flag("life_safety"), json("value"), json("limit_value"),
        text("unit"), json("texts"), flag("active"), flag("acknowledged"), instant("onset_at"),
        instant("returned_at", empty=True), instant("acknowledged_at", empty=True), text("acknowledged_by", empty=True),
        instant("shelved_until", empty=True), text("shelved_by", empty=True), flag("latched"), number("re_alarm"),
        flag("comms"), text("parent_id", empty=True), text("suppressed_by", empty=True), number("escalated"),
        text("case_definition", empty=True), text("case_id", empty=True, of="case.id"),
        indexes=(("thing_id",), ("onset_at",), ("case_id",)),
    )  # fmt: skip
    op.create_index("ix_alarm_open", "alarm", ["active", "acknowledged", "latched"])
    figures = ["thing_id", "rule", "priority", "life_safety", "returned_at", "acknowledged_at", "extra"]
    op.create_index("ix_alarm_figures", "alarm", ["onset_at", *figures])
    op.execute(
        f"INSERT INTO alarm ({ALARM_BEFORE}, latched, re_alarm, comms, escalated) "
        f"SELECT {ALARM_BEFORE}, 0, 0, 0, 0 FROM alarm_before"
    )
    op.drop_table("alarm_before")
