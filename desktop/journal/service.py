"""The journal as people read it: newest first, personal fields masked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.journal import Head, Verdict, columns_of_class
from db.store import Records
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from desktop.journal.views import EntryView
from desktop.kernel.clock import Clock
from desktop.people import masks
from desktop.security.principal import Principal, act, require

MOST = 1000
"""Entries on one page at most."""


class JournalView:
    """Reads the journal; writes only that it was verified."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def page(
        self, who: Principal, before: int | None = None, limit: int = 200, kind: str | None = None, text: str = ""
    ) -> list[EntryView]:
        """Entries numbered below `before`, newest first, of one kind if given.

        `text` is looked for in who, where, what and why, never in the values: a search that hits masked data tells it.
        """
        require(who, "journal.see")

        def work(session: Session) -> list[EntryView]:
            wanted = select(Entry).order_by(Entry.n.desc()).limit(max(1, min(limit, MOST)))
            if before is not None:
                wanted = wanted.where(Entry.n < before)
            if kind is not None:
                wanted = wanted.where(Entry.kind == kind)
            if looked_for := text.strip():
                columns = (Entry.op, Entry.actor_name, Entry.terminal, Entry.entity_id, Entry.reason)
                wanted = wanted.where(or_(*(column.icontains(looked_for, autoescape=True) for column in columns)))
            entries = session.scalars(wanted).all()
            cases = {entry.entity_id for entry in entries if entry.kind == "case"}
            kinds = session.execute(select(CaseRow.id, CaseRow.definition).where(CaseRow.id.in_(cases))).all()
            definitions = {row[0]: row[1] for row in kinds}
            return [_view(entry, definitions.get(entry.entity_id, "")) for entry in entries]

        return self._records.read(work)

    def verify(self, who: Principal, anchors: Mapping[int, str] | None = None) -> Verdict:
        """Walks the whole chain; that it was done, and how it ended, is journalled after.

        `anchors` are heads as printed on reports, `{n: beginning of the mac}`: only they show a tail cut off.
        """
        require(who, "journal.verify")
        verdict = self._records.verify(dict(anchors or {}))
        body = {"after": {"ok": verdict.ok, "entries": verdict.entries, "bad_n": verdict.bad_n}}
        self._records.write(
            act(who, "journal.verify", self._clock), lambda tx: tx.note("journal", str(verdict.head), body)
        )
        return verdict

    def head(self) -> Head:
        """The newest entry, as reports print it."""
        return self._records.head()


def _view(entry: Entry, definition: str) -> EntryView:
    body = json.loads(entry.body)
    rest = {key: value for key, value in body.items() if key not in ("before", "after")}
    after = {**rest, **body.get("after", {})}
    return EntryView(
        entry.n, entry.at, entry.actor_name, entry.terminal, entry.op, entry.kind, entry.entity_id,
        shown(entry.kind, body.get("before", {})), shown(entry.kind, after), entry.reason, entry.mac,
        definition,
    )  # fmt: skip


def shown(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a kind of record as anybody may see them."""
    personal, secret = columns_of_class(kind, "personal"), columns_of_class(kind, "secret")
    return {
        key: masks.column(key, value) if key in personal else value
        for key, value in values.items()
        if key not in secret
    }
