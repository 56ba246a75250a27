"""What every business row has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

PERSONAL = {"class": "personal"}
"""`info=PERSONAL` marks a column that tells who somebody is or how to reach them: masked wherever it is shown."""

SECRET = {"class": "secret"}
"""`info=SECRET` marks a column whose values the journal must not repeat (password hashes)."""


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Every table. Constraint names are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Record(Base, kw_only=True):
    """A business row: every change of it becomes a journal operation in the same transaction.

    Its kind, in the journal and on the bus, is its table's name. `rev` is the revision the community's hub gave it,
    0 until then; `extra` keeps fields of newer versions that this one does not know. JSON columns are replaced, never
    changed in place (SQLAlchemy would not see it).
    """

    __abstract__ = True

    id: Mapped[str] = mapped_column(primary_key=True, sort_order=-10)
    rev: Mapped[int] = mapped_column(default=0, sort_order=100)
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict, sort_order=101)
