"""Assets: what the office maintains or lends that is no connected thing, or is one too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.assets import Asset
from db.tables.cases import CaseRow
from db.tables.places import Place
from db.tables.schedules import Schedule
from desktop.assets.kinds import AssetKind, asset_kinds
from desktop.assets.views import AssetDraft, AssetView, Lent
from desktop.cases import rules
from desktop.cases.naming import operator_names, person_names, place_paths, thing_names
from desktop.cases.service import Cases
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.people import masks
from desktop.people.pinyin import search_keys
from desktop.security.principal import Principal, act, require

MOST_CODE, MOST_FACT = 40, 200
LENDING = "register"
"""The group of kinds of case in which something is given out and comes back."""


class _Work(NamedTuple):
    """Open cases about assets, by asset: those that lend it out, and the most pressing of the others."""

    lent: Mapping[str, Lent]
    open: Mapping[str, CaseRow]


class Assets:
    """The register of assets."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId, cases: Cases) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._cases = cases

    def kinds(self) -> tuple[AssetKind, ...]:
        """What an asset can be."""
        return tuple(asset_kinds().values())

    def all(self) -> tuple[AssetView, ...]:
        """The assets in use, by kind and code, with what is planned for them and who has them."""

        def work(session: Session) -> tuple[AssetView, ...]:
            rows = session.scalars(select(Asset).where(Asset.state == "active").order_by(Asset.code, Asset.id)).all()
            kinds = list(asset_kinds())
            return self._views(session, sorted(rows, key=lambda row: (kinds.index(_kind(row).name), row.code)))

        return self._records.read(work)

    def get(self, asset_id: str) -> AssetView:
        """Raises NotFound."""
        return self._records.read(lambda session: self._views(session, [_row(session, asset_id)])[0])

    def find(self, text: str, most: int = 20) -> tuple[AssetView, ...]:
        """Assets whose code or name holds the text, or whose name has these initials (`dt` finds 电梯)."""
        wanted = text.strip().lower()
        found = [one for one in self.all() if any(wanted in text.lower() for text in _said_of(one))]
        return tuple(found[:most]) if wanted else ()

    def add(self, who: Principal, draft: AssetDraft) -> AssetView:
        """Raises NotAllowed, NotFound, Invalid("code", "name", "kind" or a fact's name)."""
        require(who, "assets.change")

        def work(tx: Transaction) -> AssetView:
            row = Asset(id=self._new_id(), code="", name="", kind="")
            _fill(tx, row, draft)
            return self._views(tx.session, [tx.add(row)])[0]

        return self._records.write(act(who, "assets.add", self._clock), work)

    def change(self, who: Principal, asset_id: str, draft: AssetDraft) -> AssetView:
        """Raises as `add`."""
        require(who, "assets.change")

        def work(tx: Transaction) -> AssetView:
            row = _row(tx.session, asset_id)
            _fill(tx, row, draft)
            return self._views(tx.session, [row])[0]

        return self._records.write(act(who, "assets.change", self._clock), work)

    def retire(self, who: Principal, asset_id: str, reason: str) -> None:
        """Takes an asset out of use. Raises NotAllowed, NotFound, Invalid without a reason, and Refused while it is lent or
        a plan is on it (`facts["why"]`: lent, planned)."""
        require(who, "assets.change")
        if problems := rules.check_text("reason", reason, rules.MAX_REASON, needed=True):
            raise Invalid("a reason is needed", "reason", why=problems[0].why)

        def work(tx: Transaction) -> None:
            row = _row(tx.session, asset_id)
            if asset_id in self._work(tx.session, [asset_id]).lent:
                raise Refused(f"{row.name} is lent", why="lent", name=row.name)
            if asset_id in _plans(tx.session, [asset_id]):
                raise Refused(f"a plan is on {row.name}", why="planned", name=row.name)
            row.state = "retired"

        self._records.write(act(who, "assets.retire", self._clock, reason.strip()), work)

    def lent(self, asset_id: str) -> Lent | None:
        """Who has it; None where it is in its place."""
        return self._records.read(lambda session: self._work(session, [asset_id]).lent.get(asset_id))

    def _views(self, session: Session, rows: Sequence[Asset]) -> tuple[AssetView, ...]:
        session.flush()
        ids = [row.id for row in rows]
        paths = place_paths(session, {row.place_id for row in rows if row.place_id})
        things = thing_names(session, {row.thing_id for row in rows if row.thing_id})
        plans, work, now = _plans(session, ids), self._work(session, ids), self._clock.now()

        def view(row: Asset) -> AssetView:
            kind, plan, case = _kind(row), plans.get(row.id), work.open.get(row.id)
            return AssetView(
                id=row.id, code=row.code, name=row.name, kind=kind.name, place_id=row.place_id, thing_id=row.thing_id,
                facts={name: str(value) for name, value in row.facts.items()}, kind_title=kind.title, icon=kind.icon,
                place_path=paths.get(row.place_id or "", ()), thing_name=things.get(row.thing_id or "", row.thing_id or ""),
                state=row.state, next_at=plan.next_at if plan else None, plan_id=plan.id if plan else "",
                open_case=case.number if case else "", open_case_id=case.id if case else "",
                late=case is not None and case.due_at is not None and now > case.due_at, lent=work.lent.get(row.id),
            )  # fmt: skip

        return tuple(view(row) for row in rows)

    def _work(self, session: Session, ids: Sequence[str]) -> _Work:
        wanted = select(CaseRow).where(CaseRow.asset_id.in_(ids), CaseRow.closed_at.is_(None))
        rows = session.scalars(wanted.order_by(CaseRow.due_at.nulls_last(), CaseRow.opened_at)).all()
        lending = [row for row in rows if self._group(row) == LENDING]
        people = person_names(session, {row.person_id for row in lending if row.person_id})
        staff = operator_names(session, {row.assignee_id for row in lending if row.assignee_id})
        now = self._clock.now()
        lent = {
            str(row.asset_id): Lent(
                row.id, row.number,
                people.get(row.person_id or "", "") or self._borrower(row) or staff.get(row.assignee_id or "", ""),
                row.opened_at, row.due_at, row.due_at is not None and now > row.due_at,
            )
            for row in reversed(lending)
        }  # fmt: skip
        others = {str(row.asset_id): row for row in reversed(rows) if row not in lending}
        return _Work(lent, others)

    def _borrower(self, row: CaseRow) -> str:
        """The name that was written down, masked."""
        definition = self._cases.definition_of(row.definition, row.version, row.state)
        names = (str(row.fields.get(field.name, "")) for field in definition.fields if field.personal == "name")
        return masks.name(next((name for name in names if name), ""))

    def _group(self, row: CaseRow) -> str:
        return self._cases.definition_of(row.definition, row.version, row.state).group


def _plans(session: Session, ids: Sequence[str]) -> dict[str, Schedule]:
    """The plan that is due first, by asset."""
    wanted = select(Schedule).where(Schedule.asset_id.in_(ids), Schedule.state == "active")
    rows = session.scalars(wanted.order_by(Schedule.next_at.nulls_last())).all()
    return {str(row.asset_id): row for row in reversed(rows)}


def _said_of(asset: AssetView) -> tuple[str, ...]:
    return asset.code, asset.name, search_keys(asset.name)[1]


def _kind(row: Asset) -> AssetKind:
    """A kind that a later version had and this one does not know is another thing like any other."""
    return asset_kinds().get(row.kind) or asset_kinds()["other"]


def _row(session: Session, asset_id: str) -> Asset:
    row = session.get(Asset, asset_id)
    if row is None or row.state != "active":
        raise NotFound("there is no such asset", id=asset_id)
    return row


def _fill(tx: Transaction, row: Asset, draft: AssetDraft) -> None:
    kind = asset_kinds().get(draft.kind)
    if kind is None:
        raise Invalid(f"there is no kind of asset {draft.kind!r}", "kind", why="not_an_option")
    known = {line.name for line in kind.facts}
    texts = [("code", draft.code, MOST_CODE, True), ("name", draft.name, rules.MAX_TITLE, True)]
    for name, text, most, needed in [*texts, *((name, text, MOST_FACT, False) for name, text in draft.facts.items())]:
        if problems := rules.check_text(name, text, most, needed=needed):
            raise Invalid(f"{name}: {problems[0].why}", name, why=problems[0].why)
    if unknown := set(draft.facts) - known:
        raise Invalid(f"{kind.name} has no such line", min(unknown), why="not_asked")
    if draft.place_id and tx.get(Place, draft.place_id) is None:
        raise NotFound("there is no such place", id=draft.place_id)
    code = draft.code.strip()
    same = (func.lower(Asset.code) == code.lower(), Asset.state == "active", Asset.id != row.id)
    if tx.session.scalar(select(Asset.id).where(*same).limit(1)):
        raise Invalid(f"{code} is another asset's", "code", why="taken")
    row.code, row.name, row.kind = code, draft.name.strip(), kind.name
    row.place_id, row.thing_id = draft.place_id, draft.thing_id or None
    row.facts = {name: text.strip() for name, text in draft.facts.items() if text.strip()}
