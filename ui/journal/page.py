"""The journal viewer: newest first, filtered by kind and words, with the chain's verification."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.cases.definition import CaseDefinition
from desktop.journal.views import EntryView
from desktop.kernel.bus import Changed
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.journal.words import changes, kind_word, op_word, summary
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel, FactsList, section
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import Column, DataTable
from ui.parts.value import one_line
from ui.parts.when import stamp
from ui.shell.context import Context

PAGE = 200
KINDS = ("", "alarm", "case", "thing", "person", "place", "operator", "setting", "report", "journal")
TYPED_MS = 300
"""How long after the last key a search begins: it reads the whole journal."""
YIELDING = ("kind", "where", "n")

Asked = tuple[str, str]
"""Kind and text, as they were when entries were read."""


class JournalPage(ListPage):
    """Entries at the left, the chosen one's before and after at the right."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("journal.title"))
        self._entries: list[EntryView] = []
        self._asked: Asked | None = None
        self._more = False
        self._wanted = ""
        self._shown: EntryView | None = None
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._asked is not None, self._list.ask)
        )
        self._verify = Button(
            words("journal.verify"), key="Ctrl+Shift+V", icon_name="shield-check", on=self._check_chain
        )
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("journal.search"))
        self._search.setAccessibleName(words("journal.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(280)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self._list.ask)
        self._search.textChanged.connect(lambda _text: self._typed.start())
        find = QShortcut(QKeySequence("/"), self)
        find.activated.connect(self._search.setFocus)
        self.toolbar.addWidget(self._search)
        self.toolbar.addWidget(self._verify)
        self._verify.setHidden(not context.who.may("journal.verify"))
        chips = [(kind, kind_word(words, kind) if kind else words("journal.all")) for kind in KINDS]
        self._chips = FilterChips(chips, words("journal.filter"))
        self._chips.chosen.connect(lambda _key: self._list.ask())
        self.filters.addWidget(self._chips)
        shape = columns(words, self._op_word, self._summary)
        self._table: DataTable[EntryView] = DataTable(shape, lambda entry: str(entry.n), words("journal.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._show)
        self._older_button = Button(words("journal.older"), "plain", key="O", on=self._older)
        self._detail = DetailPanel()
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 8)
        left.setSpacing(4)
        left.addWidget(self._table, 1)
        left.addWidget(self._older_button)
        split = QWidget()
        layout = QHBoxLayout(split)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        layout.addWidget(self._detail)
        self.set_body(split)
        self._detail.hide()
        self._older_button.hide()
        self.land_on(self._table, *self._chips.findChildren(Button))
        self.set_count(words("parts.loading"))
        context.bridge.on(Changed, lambda _event: self._list.ask(), self)
        self._list.ask()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        """By number; one that is not among the newest is read from where it stands."""
        self._wanted = key
        self._list.ask()

    # Loading

    async def _load(self) -> None:
        asked = self._chips.current(), self._search.text().strip()
        found = await in_background(self._read, asked, None)
        # What was read further back stays: the newest page is laid over it where the two meet.
        kept: list[EntryView] = []
        if asked == self._asked and found and any(entry.n == found[-1].n for entry in self._entries):
            kept = [entry for entry in self._entries if entry.n < found[-1].n]
        more = self._more if kept else len(found) == PAGE
        wanted, self._wanted = self._wanted, ""
        if wanted.isdecimal() and int(wanted) < (found[-1].n if found else 0) and not kept:
            kept = await in_background(self._read, asked, int(wanted) + 1)
            more = len(kept) == PAGE
        self._asked = asked
        self._take([*found, *kept], more, wanted)

    @slot
    async def _older(self) -> None:
        asked = self._asked
        if asked is None or not self._entries or not self._older_button.isEnabled():
            return
        self._older_button.setEnabled(False)
        try:
            found = await in_background(self._read, asked, self._entries[-1].n)
        finally:
            self._older_button.setEnabled(True)
        # Filtered otherwise meanwhile, they belong to another list.
        if asked == self._asked:
            self._take([*self._entries, *found], len(found) == PAGE)

    def _read(self, asked: Asked, before: int | None) -> list[EntryView]:
        kind, text = asked
        return self._context.console.journal.page(self._context.who, before, PAGE, kind=kind or None, text=text)

    def _take(self, entries: Sequence[EntryView], more: bool, wanted: str = "") -> None:
        self._entries, self._more = list(entries), more
        self._table.set_rows(self._entries)
        self._older_button.setVisible(more)
        self.set_count(f"{len(self._entries)}+" if more else str(len(self._entries) or ""))
        if not self._entries:
            self._show(None)
            filtered = self._asked != ("", "")
            self.show_state("empty", self._words("journal.none_found" if filtered else "journal.empty"))
            return
        self.show_body()
        if wanted:
            self._table.select(wanted)
        self._table.select_first()
        self._show(self._table.selected())

    # The chain

    @slot
    async def _check_chain(self) -> None:
        words = self._words
        if not self._verify.isEnabled():
            return
        self._verify.setEnabled(False)
        self.show_banner(words("journal.chain_checking"), "quiet")
        try:
            verdict = await in_background(self._context.console.journal.verify, self._context.who)
        except Exception:
            self.clear_banner()
            raise
        finally:
            self._verify.setEnabled(True)
        close = words("parts.close")
        if verdict.ok:
            detail = words("journal.chain_head", head=verdict.head)
            self.show_banner(words("journal.chain_holds", n=verdict.entries), "info", detail=detail, close_name=close)
        else:
            text = words("journal.chain_broken", n=verdict.bad_n or 0)
            self.show_banner(text, "critical", detail=words("journal.chain_broken_do"), close_name=close,
                             code=verdict.problem)  # fmt: skip

    # The chosen entry

    def _definitions(self) -> list[CaseDefinition]:
        return list(self._context.console.cases.definitions().values())

    def _op_word(self, op: str) -> str:
        return op_word(self._words, op, self._definitions())

    def _changes(self, entry: EntryView) -> list[tuple[str, str]]:
        return changes(self._words, entry, self._definitions())

    def _summary(self, entry: EntryView) -> str:
        return summary(self._words, entry, self._definitions())

    def _show(self, entry: EntryView | None) -> None:
        words = self._words
        if entry == self._shown:
            return
        self._shown = entry
        self._detail.setVisible(entry is not None)
        if entry is None:
            return
        self._detail.set_title(
            self._op_word(entry.op), f"{stamp(entry.at)}  ·  {entry.actor_name}  ·  {entry.terminal}"
        )
        self._detail.set_state(StateBadge(kind_word(words, entry.kind)), StateBadge(words("journal.number", n=entry.n)))
        proof: list[tuple[str, str | QWidget]] = [
            (words("journal.entity"), entry.entity_id),
            (words("journal.op"), entry.op),
            (words("journal.mac"), entry.mac[:32]),
        ]
        if entry.reason:
            proof.insert(0, (words("journal.reason"), entry.reason))
        title = words("journal.before_after" if entry.before else "journal.values")
        values: list[tuple[str, str | QWidget]] = [(name, value) for name, value in self._changes(entry)]
        self._detail.set_sections(
            section(title, FactsList(values, 120)), section(words("journal.proof"), FactsList(proof, 120))
        )


def columns(words: Words, op_name: Callable[[str], str], told: Callable[[EntryView], str]) -> list[Column[EntryView]]:
    """Number, when, who, where, what, on what, and the first of the changes."""
    return [
        Column("n", words("journal.n"), lambda e: str(e.n), 72, "figure", "right", sort=lambda e: e.n),
        Column("at", words("journal.at"), lambda e: stamp(e.at), 164, "figure"),
        Column("who", words("journal.who"), lambda e: e.actor_name, 96),
        Column("where", words("journal.where"), lambda e: e.terminal, 72, "quiet"),
        Column("op", words("journal.what"), lambda e: op_name(e.op), 150, "strong"),
        Column("kind", words("journal.kind"), lambda e: kind_word(words, e.kind), 84, "quiet"),
        Column("change", words("journal.change"), lambda e: one_line(told(e)), 180, "quiet", stretch=True),
    ]
