"""The first schema.

A migration is never changed once it was released: what it needs of the program it repeats.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def text(name: str, *, empty: bool = False, of: str | None = None) -> sa.Column[Any]:
    """A text column; `empty` allows NULL, `of` names the table it points into."""
    links = [sa.ForeignKey(f"{of}.id")] if of else []
    return sa.Column(name, sa.String(), *links, nullable=empty)


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def instant(name: str, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=empty)


def record(
    name: str, *columns: sa.Column[Any], indexes: tuple[tuple[str, ...], ...] = (), unique: str | None = None
) -> None:
    """A table of business rows: its columns between the id and what every row has."""
    own = [sa.UniqueConstraint(unique)] if unique else []
    op.create_table(name, sa.Column("id", sa.String(), primary_key=True), *columns, number("rev"), json("extra"), *own)
    for parts in indexes:
        op.create_index(f"ix_{name}_{'_'.join(parts)}", name, list(parts))


def upgrade() -> None:
    journal()
    places_and_people()
    security()
    things_cases_and_alarms()


def journal() -> None:
    op.create_table(
        "journal",
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        text("op_id"), text("tx"), text("op"), number("v"), text("kind"), text("entity_id"), number("base_rev"),
        instant("at"), number("offset_minutes"), text("actor"), text("actor_name"), text("terminal"),
        text("reason", empty=True), text("body"), text("body_hash"), text("mac"),
    )  # fmt: skip
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_index("ix_journal_kind_entity_id", "journal", ["kind", "entity_id"])
    op.create_table("counter", sa.Column("name", sa.String(), primary_key=True), number("value"))
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER journal_no_{verb} BEFORE {verb.upper()} ON journal BEGIN\n"
            "  SELECT RAISE(ABORT, 'the journal is append-only');\nEND"
        )
    op.execute(
        "CREATE TRIGGER journal_at_its_end BEFORE INSERT ON journal\n"
        "WHEN NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM journal) BEGIN\n"
        "  SELECT RAISE(ABORT, 'the journal is append-only');\nEND"
    )


def places_and_people() -> None:
    record(
        "community",
        text("code"), text("name"), text("street"), text("district"), text("city"), number("offset_minutes"),
    )  # fmt: skip
    record(
        "place",
        text("parent_id", empty=True, of="place"), text("kind"), text("code"), text("name"), number("sort"), text("state"),
        indexes=(("parent_id",), ("code",)),
    )  # fmt: skip
    record(
        "person",
        text("name"), text("pinyin"), text("initials"), text("phone"), text("part"), text("post"), text("state"),
        indexes=(("initials",), ("phone",)),
    )  # fmt: skip
    record(
        "residency",
        text("person_id", of="person"), text("place_id", of="place"), text("relation"),
        sa.Column("since", sa.Date(), nullable=True), sa.Column("until", sa.Date(), nullable=True),
        indexes=(("person_id",), ("place_id",)),
    )  # fmt: skip


def security() -> None:
    record(
        "operator",
        text("login"), text("name"), text("person_id", empty=True, of="person"), text("password_hash"), json("roles"),
        text("state"), number("failures"), instant("locked_until", empty=True), instant("last_seen", empty=True),
        unique="login",
    )  # fmt: skip
    record("setting", json("value"))


def things_cases_and_alarms() -> None:
    record(
        "thing",
        text("kind"), text("name"), text("place_id", empty=True, of="place"), flag("out_of_service"), text("out_reason"),
        json("overrides"), text("state"),
        indexes=(("place_id",),),
    )  # fmt: skip
    record(
        "case",
        text("number"), text("definition"), number("version"), text("title"), text("state"), text("urgency"),
        text("thing_id", empty=True), text("place_id", empty=True, of="place"),
        text("assignee_id", empty=True, of="operator"), instant("opened_at"),
        instant("due_at", empty=True), instant("closed_at", empty=True), number("round"),
        json("fields"),
        indexes=(("state",), ("number",), ("thing_id",)),
    )  # fmt: skip
    record(
        "alarm",
        text("thing_id"), text("thing_name"), text("thing_kind"), text("place_id", empty=True, of="place"), text("point"),
        text("rule"), text("priority"), flag("life_safety"), json("value"), json("limit_value"), text("unit"), json("texts"),
        flag("active"), flag("acknowledged"), instant("onset_at"), instant("returned_at", empty=True),
        instant("acknowledged_at", empty=True), text("acknowledged_by", empty=True), instant("shelved_until", empty=True),
        text("shelved_by", empty=True), text("case_definition", empty=True), text("case_id", empty=True, of="case"),
        indexes=(("thing_id",), ("onset_at",), ("case_id",)),
    )  # fmt: skip
    op.create_index("ix_alarm_open", "alarm", ["active", "acknowledged"])
