"""The journal viewer: newest first, filtered by kind and words, with the chain's verification."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.journal.views import EntryView
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.journal.words import kind_word, op_word, value_word
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel, FactsList, section
from ui.parts.page import Page
from ui.parts.table import Column, DataTable
from ui.parts.when import stamp
from ui.shell.context import Context

PAGE = 200
KINDS = ("", "alarm", "case", "thing", "person", "place", "operator", "setting")


class JournalPage(Page):
    """Entries at the left, the chosen one's before and after at the right."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("journal.title"))
        self._entries: list[EntryView] = []
        self._wanted = ""
        self._filter = ("", "")
        self._verify = Button(
            words("journal.verify"), key="Ctrl+Shift+V", icon_name="shield-check", on=self._check_chain
        )
        self._verify.setEnabled(context.who.may("journal.verify"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("journal.search"))
        self._search.setAccessibleName(words("journal.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(240)
        self._search.editingFinished.connect(self._load)
        QShortcut("/", self, self._search.setFocus)
        self.toolbar.addWidget(self._search)
        self.toolbar.addWidget(self._verify)
        chips = [(kind, kind_word(words, kind) if kind else words("journal.all")) for kind in KINDS]
        self._chips = FilterChips(chips, words("journal.filter"))
        self._chips.chosen.connect(lambda _key: self._load())
        self.filters.addWidget(self._chips)
        self._table: DataTable[EntryView] = DataTable(
            self._columns(), lambda entry: str(entry.n), words("journal.title")
        )
        self._table.chosen.connect(self._show)
        self._more = Button(words("journal.older"), "plain", on=self._older)
        self._detail = DetailPanel()
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 8)
        left.setSpacing(0)
        left.addWidget(self._table, 1)
        left.addWidget(self._more)
        body = QWidget()
        layout = QHBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        layout.addWidget(self._detail)
        self.set_body(body)
        self._show(None)
        context.bridge.on(Changed, lambda _event: self._load(), self)
        self._load()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        if not self._table.select(key):
            self._wanted = key

    @slot
    async def _load(self) -> None:
        found = await in_background(self._read, None)
        # What was read further back stays: the newest page is laid over it.
        oldest = found[-1].n if found else 0
        kept = [entry for entry in self._entries if entry.n < oldest] if self._same_filter() else []
        self._take([*found, *kept], more=len(found) == PAGE)

    @slot
    async def _older(self) -> None:
        if self._entries:
            found = await in_background(self._read, self._entries[-1].n)
            self._take([*self._entries, *found], more=len(found) == PAGE)

    def _read(self, before: int | None) -> list[EntryView]:
        journal = self._context.console.journal
        return journal.page(
            self._context.who, before, PAGE, kind=self._chips.current() or None, text=self._search.text()
        )

    def _same_filter(self) -> bool:
        now = (self._chips.current(), self._search.text())
        same, self._filter = now == self._filter, now
        return same

    def _take(self, entries: Sequence[EntryView], more: bool) -> None:
        self._entries = list(entries)
        self._table.set_rows(self._entries)
        if self._wanted and self._table.select(self._wanted):
            self._wanted = ""
        self._more.setVisible(more)
        self.set_count(str(self._entries[0].n) if self._entries else "")
        if self._entries:
            self._table.select_first()
            self.show_body()
        else:
            filtered = bool(self._chips.current() or self._search.text())
            self.show_state("empty", self._words("journal.none_found" if filtered else "journal.empty"))

    @slot
    async def _check_chain(self) -> None:
        words = self._words
        self._verify.setEnabled(False)
        try:
            verdict = await in_background(self._context.console.journal.verify, self._context.who)
        finally:
            self._verify.setEnabled(True)
        close = words("parts.close")
        if verdict.ok:
            detail = words("journal.chain_head", head=verdict.head)
            self.show_banner(words("journal.chain_holds", n=verdict.entries), "info", detail=detail, close_name=close)
        else:
            text = words("journal.chain_broken", n=verdict.bad_n or 0)
            self.show_banner(text, "critical", detail=verdict.problem, close_name=close)

    def _columns(self) -> list[Column[EntryView]]:
        words = self._words
        return [
            Column("n", words("journal.n"), lambda e: str(e.n), 72, "figure", "right", sort=lambda e: e.n),
            Column("at", words("journal.at"), lambda e: stamp(e.at), 160, "figure"),
            Column("who", words("journal.who"), lambda e: e.actor_name, 110),
            Column("where", words("journal.where"), lambda e: e.terminal, 72, "quiet"),
            Column("op", words("journal.what"), lambda e: op_word(words, e.op), 160, "strong"),
            Column("kind", words("journal.kind"), lambda e: kind_word(words, e.kind), 84, "quiet"),
            Column("change", words("journal.change"), self._summary, 200, "quiet", stretch=True),
        ]

    def _summary(self, entry: EntryView) -> str:
        names = [key for key in entry.after if key not in ("id", "rev", "extra")]
        if entry.before:
            return "  ".join(
                f"{key}: {value_word(entry.before.get(key))} → {value_word(entry.after.get(key))}" for key in names[:3]
            )
        return "  ".join(f"{key}: {value_word(entry.after[key])}" for key in names[:3])

    def _show(self, entry: EntryView | None) -> None:
        words = self._words
        self._detail.setVisible(entry is not None)
        if entry is None:
            return
        self._detail.set_title(
            op_word(words, entry.op), f"{stamp(entry.at)}  ·  {entry.actor_name}  ·  {entry.terminal}"
        )
        self._detail.set_state(StateBadge(kind_word(words, entry.kind)), StateBadge(f"No. {entry.n}"))
        names = [key for key in {**entry.before, **entry.after} if key not in ("rev", "extra")]
        if entry.before:
            facts = [
                (key, f"{value_word(entry.before.get(key))} → {value_word(entry.after.get(key))}") for key in names
            ]
        else:
            facts = [(key, value_word(entry.after.get(key))) for key in names]
        identity = [
            (words("journal.entity"), entry.entity_id),
            (words("journal.op"), entry.op),
            (words("journal.mac"), entry.mac[:32]),
        ]
        if entry.reason:
            identity.insert(0, (words("journal.reason"), entry.reason))
        title = words("journal.before_after" if entry.before else "journal.values")
        self._detail.set_sections(
            section(title, FactsList(facts, 128)), section(words("journal.proof"), FactsList(identity, 128))
        )
