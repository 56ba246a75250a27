"""The records store: one writer thread, one write path that makes the rows and their journal entries in one transaction."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import History

from db import journal
from db.act import Act
from db.engine import open_engine
from db.errors import StoreError, store_error
from db.journal import Head, Verdict
from db.schema import JOURNAL_TRIGGERS, stamp
from db.tables.base import Base, Record
from db.tables.journal import Counter

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R", bound=Record)

Changes = dict[str, frozenset[str]]
"""Ids of the changed rows by kind."""


class Transaction:
    """One act on the store. Rows are added and changed through the session; the journal follows by itself."""

    def __init__(self, session: Session, act: Act) -> None:
        self.session = session
        self.act = act
        self.notes: list[tuple[str, str, int, dict[str, Any]]] = []

    def add(self, row: R) -> R:
        """A new row."""
        self.session.add(row)
        return row

    def get(self, kind: type[R], id_: str) -> R | None:
        return self.session.get(kind, id_)

    def note(self, kind: str, entity_id: str, body: dict[str, Any]) -> None:
        """An entry with no changed row: a reading of personal data, a refused sign-in, a report made."""
        self.notes.append((kind, entity_id, 0, body))

    def next_number(self, name: str) -> int:
        """1, 2, 3 … for each name; given once even if the machine dies right after."""
        counter = self.session.get(Counter, name)
        if counter is None:
            counter = Counter(name=name, value=0)
            self.session.add(counter)
        counter.value += 1
        return counter.value


class Records:
    """An open records store. Safe from any thread but the one it was told never to be called on.

    `write` returns once the change is on disk (WAL, synchronous=FULL); `on_commit` then hears what changed, on the
    writer thread. Raises StoreError for a disk, key or file that refuses.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        new_id: Callable[[], str],
        on_commit: Callable[[Changes], None] = lambda _: None,
    ) -> None:
        self.path = path
        self._key = key
        self._chain_key = journal.chain_key(key)
        self._new_id = new_id
        self._on_commit = on_commit
        self._forbidden: int | None = None
        self._writing = open_engine(path, key, "writer")
        self._door = _Door(self._writing)
        self._reading = open_engine(path, key, "reader")
        self._writer = ThreadPoolExecutor(1, "records-writer", initializer=self._remember_writer)
        self._writers_thread: int | None = None

    def never_on(self, thread_id: int) -> None:
        """Refuses work from this thread from now on: the screen must not wait for the disk."""
        self._forbidden = thread_id

    def write(self, act: Act, work: Callable[[Transaction], T]) -> T:
        """Runs `work` in one transaction with its journal entries and returns its answer once that is durable.

        Everything is undone when `work` raises. Not to be called in `work` or in `on_commit`: it would wait for itself.
        """
        self._guard()
        if threading.get_ident() == self._writers_thread:
            raise RuntimeError("the store was written to on its own writer thread")
        return self.submit(act, work).result()

    def submit(self, act: Act, work: Callable[[Transaction], T]) -> Future[T]:
        """As `write`, without waiting: the answer comes with the future."""
        return self._writer.submit(self._run, act, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Runs `work` on a read-only snapshot, on this thread."""
        self._guard()
        try:
            with Session(self._reading, expire_on_commit=False) as session:
                return work(session)
        except (DBAPIError, sqlcipher.Error) as error:
            raise store_error(error) or error from error

    def head(self) -> Head:
        return self.read(journal.head)

    def verify(self, anchors: dict[int, str] | None = None) -> Verdict:
        """Walks the journal's chain; see `db.journal.verify`."""
        return self.read(lambda session: journal.verify(session, self._key, anchors))

    def close(self) -> None:
        """Finishes what was submitted and lets go of the file."""
        self._writer.shutdown(wait=True)
        self._reading.dispose()
        self._writing.dispose()

    def _remember_writer(self) -> None:
        self._writers_thread = threading.get_ident()

    def _guard(self) -> None:
        if threading.get_ident() == self._forbidden:
            raise RuntimeError("the store was called on the UI thread")

    def _run(self, act: Act, work: Callable[[Transaction], T]) -> T:
        self._door.open = False
        try:
            with Session(self._writing, expire_on_commit=False) as session:
                tx = Transaction(session, act)
                seen = _watch(session, self._door)
                answer = work(tx)
                session.flush()
                changes = [change.entry() for change in seen.values()] + tx.notes
                self._door.open = True
                journal.append(session.connection(), self._chain_key, act, self._new_id(), self._new_id, changes)
                session.commit()
        except (DBAPIError, sqlcipher.Error) as error:
            told = store_error(error)
            if told and told.reason == "io":
                # After a failed fsync the page cache may lie: never go on with this connection.
                self._writing.dispose()
            raise told or error from error
        if changes:
            self._tell(changes)
        return answer

    def _tell(self, changes: list[tuple[str, str, int, dict[str, Any]]]) -> None:
        ids: dict[str, set[str]] = {}
        for kind, entity_id, _, _ in changes:
            ids.setdefault(kind, set()).add(entity_id)
        try:
            self._on_commit({kind: frozenset(found) for kind, found in ids.items()})
        except Exception:
            log.exception("a listener of the store failed")


class _Change:
    """What one transaction did to one row: its values before the first flush that touched it, and after the last."""

    def __init__(self, row: Record, is_new: bool) -> None:
        self.row = row
        self.is_new = is_new
        self.base_rev = row.rev
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}

    def take(self, row: Record) -> None:
        """Adds what the session holds unflushed for the row."""
        state = inspect(row)
        for attribute in state.mapper.column_attrs:
            key = attribute.key
            secret = attribute.columns[0].info.get("class") == "secret"
            if self.is_new and key not in self.after:
                self.after[key] = "•" if secret else _plain(getattr(row, key))
                continue
            history: History = state.attrs[key].load_history()
            if not history.has_changes():
                continue
            self.after[key] = "•" if secret else _plain(getattr(row, key))
            if not self.is_new and history.deleted and key not in self.before:
                self.before[key] = "•" if secret else _plain(history.deleted[0])

    def entry(self) -> tuple[str, str, int, dict[str, Any]]:
        body = {"after": self.after} if self.is_new else {"before": self.before, "after": self.after}
        return self.row.__tablename__, self.row.id, self.base_rev, body


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") and not hasattr(value, "hour") else value


class _Door:
    """Between the writer's engine and the file. Open while a session flushes what is watched and while the journal is
    written; statements that change rows at any other time would pass the journal by, however they were sent."""

    def __init__(self, engine: Engine) -> None:
        self.open = False
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not self.open and not statement.lstrip().upper().startswith(("SELECT", "BEGIN")):
            raise RuntimeError("statements that change rows would pass the journal by: change rows through the session")


def _watch(session: Session, door: _Door) -> dict[tuple[str, str], _Change]:
    """Collects every change of a Record that the session flushes; deletes are refused, for deletes are states."""
    seen: dict[tuple[str, str], _Change] = {}

    @event.listens_for(session, "before_flush")
    def _before(session: Session, _context: Any, _instances: Any) -> None:
        if any(isinstance(row, Record) for row in session.deleted):
            raise RuntimeError("records are not deleted: give them a state")
        # Asked for once: the session makes these sets anew at every look, which ten thousand rows feel.
        new = session.new
        for row in [*new, *session.dirty]:
            if isinstance(row, Record) and (row in new or session.is_modified(row)):
                change = seen.setdefault((row.__tablename__, row.id), _Change(row, row in new))
                change.take(row)
        door.open = True

    @event.listens_for(session, "after_flush")
    def _after(_session: Session, _context: Any) -> None:
        door.open = False

    @event.listens_for(session, "before_commit")
    def _commit(_session: Session) -> None:
        # A part that is committed alone, or in a savepoint, would not be of one piece with its entries.
        if not door.open:
            raise RuntimeError("only the store commits: rows and their entries in one transaction")

    return seen


def create_schema(connection: Connection) -> None:
    """The schema as the tables say it, for tests; a migrated store must come out the same (a test compares them)."""
    Base.metadata.create_all(connection)
    for trigger in JOURNAL_TRIGGERS:
        connection.exec_driver_sql(trigger)
    stamp(connection)


__all__ = ["Act", "Changes", "Head", "Records", "StoreError", "Transaction", "Verdict", "create_schema"]
