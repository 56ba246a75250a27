"""The journal's arithmetic: what an entry says, how entries are chained, and how a break is found.

Tampering with a middle entry is found by the chain alone; cutting off the tail is found only against an outside anchor:
the head printed on reports, given to `verify` as `anchors`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Text, insert, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# All tables: a kind nobody imported yet would have no personal columns to mask, and foreign keys cross the rooms.
import db.tables.everything  # noqa: F401
from db.act import Act
from db.engine import open_engine
from db.errors import store_error
from db.tables.base import Record
from db.tables.journal import Entry
from db.types import canonical, instant_text

GENESIS = "0" * 64
VERSION = 1


@dataclass(frozen=True)
class Head:
    """The newest entry: what a report prints so that a cut tail can be found."""

    n: int
    mac: str

    def __str__(self) -> str:
        return f"{self.n}:{self.mac[:16]}"


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds. `bad_n` is the first entry that does not, `problem` says how."""

    ok: bool
    entries: int
    head: Head
    bad_n: int | None = None
    problem: str = ""


def chain_key(store_key: bytes) -> bytes:
    """The HMAC key of the journal, derived from the store's key so that one is never used for two purposes."""
    return hmac.digest(store_key, b"linli/journal/1", "sha256")


def entry_mac(key: bytes, header: Mapping[str, Any], previous: str) -> str:
    """The chained MAC of an entry whose `header` holds every column but `body` and `mac`."""
    return hmac.new(key, f"{previous}\n{canonical(header)}".encode(), hashlib.sha256).hexdigest()


_HEADER = tuple(c.key for c in Entry.__table__.columns if c.key not in ("body", "mac"))


def append(
    connection: Connection,
    key: bytes,
    act: Act,
    tx: str,
    new_id: Any,
    changes: Iterable[tuple[str, str, int, dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Writes an entry for each change (kind, entity id, base rev, body) after the chain's end and returns their rows."""
    last = head(connection)
    n, previous, rows = last.n, last.mac, []
    for kind, entity_id, base_rev, body in changes:
        n += 1
        text = canonical(body)
        row = {
            "n": n, "op_id": new_id(), "tx": tx, "op": act.op, "v": VERSION, "kind": kind, "entity_id": entity_id,
            "base_rev": base_rev, "at": act.at, "offset_minutes": act.offset_minutes, "actor": act.actor,
            "actor_name": act.actor_name, "terminal": act.terminal, "reason": act.reason,
            "body_hash": hashlib.sha256(text.encode()).hexdigest(),
        }  # fmt: skip
        previous = entry_mac(key, {**row, "at": instant_text(act.at)}, previous)
        rows.append({**row, "body": text, "mac": previous})
    if rows:
        connection.execute(insert(Entry), rows)
    return rows


def head(connection: Connection | Session) -> Head:
    """The newest entry; n is 0 and the mac all zeros while the journal is empty."""
    row = connection.execute(select(Entry.n, Entry.mac).order_by(Entry.n.desc()).limit(1)).first()
    return Head(row.n, row.mac) if row else Head(0, GENESIS)


def verify(session: Session, store_key: bytes, anchors: Mapping[int, str] | None = None) -> Verdict:
    """Walks the whole chain. `anchors` maps entry numbers to (the beginning of) the mac that was printed for them."""
    key, previous, expected = chain_key(store_key), GENESIS, 1
    wanted = dict(anchors or {})
    table = Entry.__table__
    # The instant as it stands there: one that was tampered with may be none.
    columns = [type_coerce(column, Text) if column.key == "at" else column for column in table.c]
    for row in session.execute(select(*columns).order_by(table.c.n)).yield_per(1000):
        entry = dict(row._mapping)
        n = entry["n"]

        def broken(problem: str, n: int = n, previous: str = previous) -> Verdict:
            return Verdict(False, n - 1, Head(n - 1, previous), n, problem)

        if n != expected:
            return broken(f"entry {expected} is missing")
        texts = (entry["at"], entry["body"], entry["body_hash"], entry["mac"])
        if not all(isinstance(text, str) for text in texts) or bytes in map(type, entry.values()):
            return broken(f"entry {n} cannot be read")
        if hashlib.sha256(entry["body"].encode()).hexdigest() != entry["body_hash"]:
            return broken(f"the body of entry {n} was changed")
        header = {name: entry[name] for name in _HEADER}
        if not hmac.compare_digest(entry_mac(key, header, previous), entry["mac"]):
            return broken(f"entry {n} was changed, or the one before it")
        anchor = wanted.pop(n, None)
        if anchor is not None and not entry["mac"].startswith(anchor):
            return broken(f"entry {n} is not the one that was printed")
        previous, expected = entry["mac"], n + 1
    last = Head(expected - 1, previous)
    if wanted:
        return Verdict(
            False,
            last.n,
            last,
            last.n + 1,
            f"entry {min(wanted)} was printed but is gone: the tail is cut off",
        )
    return Verdict(True, last.n, last)


def verify_file(path: Path, store_key: bytes, anchors: Mapping[int, str] | None = None) -> Verdict:
    """As `verify`, of a store that is not open here. Raises StoreError."""
    engine = open_engine(path, store_key, "reader")
    try:
        with Session(engine) as session:
            return verify(session, store_key, anchors)
    except (DBAPIError, sqlcipher.Error) as error:
        raise store_error(error) or error from error
    finally:
        engine.dispose()


def kinds() -> dict[str, type[Record]]:
    """The record class of each kind of entity."""
    return {
        mapper.class_.__tablename__: mapper.class_
        for mapper in Record.registry.mappers
        if issubclass(mapper.class_, Record)
    }


@cache
def columns_of_class(kind: str, class_: str) -> frozenset[str]:
    """The columns of a kind that are marked with a data class ("personal", "secret")."""
    record = kinds().get(kind)
    if record is None:
        return frozenset()
    return frozenset(c.key for c in record.__mapper__.columns if c.info.get("class") == class_)
