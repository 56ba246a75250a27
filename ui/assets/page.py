"""Assets and parts: what the office keeps, what is due on it and who has it. By keys alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.assets.kinds import AssetKind
from desktop.assets.views import STORE, AssetView, Holder, PartMove, PartView
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.assets.details import AssetDetail, PartDetail
from ui.assets.forms import MOVES, AssetForm, MoveForm, PartForm, RetireForm
from ui.cases import reading
from ui.cases.known import read_known
from ui.parts.badge import BadgeTone, Mark
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.layout import row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import Column, DataTable
from ui.parts.when import local
from ui.shell.context import Context
from ui.things.forms import SideForm

MODES = ("assets", "parts")
MOVE_KEYS = {"receive": "R", "hand_out": "H", "give_back": "B", "count": "C"}


@dataclass(frozen=True)
class Read:
    """What one look at the store found."""

    assets: tuple[AssetView, ...]
    kinds: tuple[AssetKind, ...]
    parts: tuple[PartView, ...]
    holders: tuple[Holder, ...]


class AssetsPage(ListPage):
    """Two lists, each with the panel of its chosen row."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        super().__init__(self._words("assets.title"))
        self._may = {"assets": context.who.may("assets.change"), "parts": context.who.may("stock.change")}
        self._read: Read | None = None
        self._form: QObject | None = None
        self._holders: tuple[Holder, ...] | None = None
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, self._words, error, self._read is not None, self._refresh.ask),
        )
        self._build_bars()
        self._build_body()
        context.bridge.on(Changed, self._changed, self)
        self._refresh.ask()

    def _build_bars(self) -> None:
        words = self._words
        self._moves = {
            move: Button(words(f"assets.act.{move}"), key=key, on=partial(self._move, move))
            for move, key in MOVE_KEYS.items()
        }
        self._edit = Button(words("assets.change"), icon_name="pencil", key="E", on=self._change)
        self._add = Button(words("assets.add"), "primary", key="N", on=self._new)
        for widget in (*self._moves.values(), self._edit, self._add):
            self.toolbar.addWidget(widget)
        self._chips = FilterChips([(mode, words(f"assets.mode.{mode}")) for mode in MODES], words("assets.show"))
        self._chips.chosen.connect(self._show_mode)
        self.filters.addWidget(self._chips)
        self.filters.addStretch(1)
        for number, mode in enumerate(MODES, 1):
            shortcut = QShortcut(QKeySequence(str(number)), self)
            shortcut.activated.connect(lambda mode=mode: self._chips.choose(mode))

    def _build_body(self) -> None:
        words = self._words
        kind_width = 84 if words.lang == "zh" else 116
        columns: list[Column[AssetView]] = [
            Column("code", words("assets.column.code"), lambda one: one.code, 96, "figure"),
            Column("name", words("assets.column.name"), lambda one: one.name, 160, "strong", stretch=True),
            Column("kind", words("assets.column.kind"), lambda one: words.of(one.kind_title), kind_width, "quiet"),
            Column("place", words("assets.column.place"), lambda one: " ".join(one.place_path), 130, "quiet"),
            Column("next", words("assets.column.next"), self._next, 136, "marked",
                   tone=lambda one: self._shown(one)[0], mark=lambda one: self._shown(one)[1], sort=self._order),
            Column("lent", words("assets.column.lent"), self._lent, 120, "marked",
                   tone=lambda one: "high" if one.lent and one.lent.late else "quiet",
                   mark=lambda one: "" if not one.lent else "triangle" if one.lent.late else "half"),
        ]  # fmt: skip
        self._assets = DataTable(columns, lambda one: one.id, words("assets.mode.assets"))
        self._assets.chosen.connect(lambda _one: self._show_detail())
        self._assets.opened.connect(lambda _one: self._change())
        self._parts = self._part_table(())
        self._asset_detail, self._part_detail = AssetDetail(words), PartDetail(words)
        holder, details = QWidget(), QWidget()
        self._lists = QStackedLayout(holder)
        self._lists.addWidget(self._assets)
        self._lists.addWidget(self._parts)
        self._details = QStackedLayout(details)
        self._details.addWidget(self._asset_detail)
        self._details.addWidget(self._part_detail)
        both = row(holder, details, spacing=0)
        both.setStretch(0, 1)
        self._outer = QWidget()
        self._outer.setLayout(both)
        self._side = details
        self.set_body(self._outer)
        self.land_on(self._assets, self._parts)

    def _part_table(self, holders: tuple[Holder, ...]) -> DataTable[PartView]:
        """A column for the store and one for each who carries something."""
        words = self._words

        def has(holder: str) -> Column[PartView]:
            name = words("assets.store") if holder == STORE else next(one.name for one in holders if one.id == holder)
            return Column(
                holder, name, lambda part: f"{part.by_holder[holder]:g}" if holder in part.by_holder else "", 76, "figure",
                "right", sort=lambda part: part.by_holder.get(holder, 0.0),
            )  # fmt: skip

        columns: list[Column[PartView]] = [
            Column("code", words("assets.column.code"), lambda part: part.code, 96, "figure"),
            Column("name", words("assets.column.part"), lambda part: part.name, 160, "strong", stretch=True),
            Column("unit", words("assets.column.unit"), lambda part: part.unit, 60, "quiet"),
            Column("price", words("assets.column.price"), lambda part: f"¥{reading.yuan(part.price)}", 90, "figure", "right",
                   sort=lambda part: part.price),
            has(STORE),
            *(has(holder.id) for holder in holders),
            Column("total", words("assets.column.total"), lambda part: f"{part.total:g}", 76, "figure", "right",
                   sort=lambda part: part.total),
        ]  # fmt: skip
        table = DataTable(columns, lambda part: part.id, words("assets.mode.parts"))
        table.chosen.connect(lambda _part: self._show_detail())
        table.opened.connect(lambda _part: self._change())
        return table

    # What the shell asks

    def selection_key(self) -> str:
        return f"{self._chips.current()}/{self._chosen_id()}"

    def select_key(self, key: str) -> None:
        """`parts`, `parts/<id>` or `assets/<id>`."""
        mode, _, id_ = key.partition("/")
        if mode in MODES:
            self._chips.choose(mode)
            (self._assets if mode == "assets" else self._parts).select(id_)

    def _chosen_id(self) -> str:
        return (self._assets if self._mode() == "assets" else self._parts).selected_id() or ""

    def _mode(self) -> str:
        return self._chips.current()

    # Reading

    def _changed(self, event: Changed) -> None:
        if event.touches("asset", "part", "stock_move", "case", "schedule", "operator", "place"):
            self._refresh.ask()

    async def _load(self) -> None:
        self._read = await in_background(self._ask)
        self._draw(self._read)

    def _ask(self) -> Read:
        """Waits for the store."""
        console = self._context.console
        return Read(console.assets.all(), console.assets.kinds(), console.stock.parts(), console.stock.holders())

    def _draw(self, read: Read) -> None:
        carrying = tuple(one for one in read.holders if any(one.id in part.by_holder for part in read.parts))
        if carrying != self._holders:
            old, self._holders = self._parts, carrying
            chosen = old.selected_id()
            self._parts = self._part_table(carrying)
            self._lists.addWidget(self._parts)
            self._lists.removeWidget(old)
            old.deleteLater()
            self._parts.set_rows(read.parts)
            if chosen:
                self._parts.select(chosen)
        self._parts.set_rows(read.parts)
        self._assets.set_rows(read.assets)
        self._chips.set_counts({"assets": len(read.assets), "parts": len(read.parts)})
        self._show_mode(self._mode())

    def _show_mode(self, mode: str) -> None:
        self._lists.setCurrentWidget(self._assets if mode == "assets" else self._parts)
        self._details.setCurrentIndex(MODES.index(mode))
        rows = () if self._read is None else self._read.assets if mode == "assets" else self._read.parts
        if self._read is not None and not rows:
            do = self._words(f"assets.empty.{mode}_do") if self._may[mode] else ""
            self.show_state("empty", self._words(f"assets.empty.{mode}"), do, icon_name="package")
        else:
            self.show_body()
        table = self._assets if mode == "assets" else self._parts
        table.select_first()
        if self._form is None and self._outer.isAncestorOf(self.window().focusWidget() or self):
            table.setFocus()
        self._show_detail()

    # What is chosen

    def _asset(self) -> AssetView | None:
        return self._assets.selected() if self._mode() == "assets" else None

    def _part(self) -> PartView | None:
        return self._parts.selected() if self._mode() == "parts" else None

    def _show_detail(self) -> None:
        asset, part, words = self._asset(), self._part(), self._words
        self._side.setVisible(asset is not None or part is not None)
        self._enable()
        go, now = self._context.shell.go, self._context.console.clock.now()
        if asset is not None and self._read is not None:
            kind = next((one for one in self._read.kinds if one.name == asset.kind), None)
            acts = [Button(words("assets.retire"), "plain", key="Del", on=self._retire)] if self._may["assets"] else []
            self._asset_detail.show_asset(asset, kind, now, acts, go)
        if part is not None:
            self._part_detail.show_part(part, self._names(), (), now)
            self._show_moves(part)

    @slot
    async def _show_moves(self, part: PartView) -> None:
        moves: tuple[PartMove, ...] = await in_background(self._context.console.stock.moves, part.id)
        if (now := self._part()) is not None and now.id == part.id:
            self._part_detail.show_part(now, self._names(), moves, self._context.console.clock.now())

    def _names(self) -> dict[str, str]:
        holders = self._read.holders if self._read else ()
        return {STORE: self._words("assets.store"), **{one.id: one.name for one in holders}}

    def _enable(self) -> None:
        mode, free = self._mode(), self._form is None
        for move in self._moves.values():
            move.setVisible(mode == "parts" and self._may["parts"])
            move.setEnabled(free and self._part() is not None)
        for act in (self._edit, self._add):
            act.setVisible(self._may[mode])
        self._add.set_label(self._words(f"assets.add_{mode}"))
        self._add.setEnabled(free)
        self._edit.setEnabled(free and bool(self._chosen_id()))

    # Cells

    def _next(self, asset: AssetView) -> str:
        if asset.late:
            return self._words("assets.late")
        if asset.open_case:
            return self._words("assets.open")
        return f"{local(asset.next_at):%Y-%m-%d}" if asset.next_at else "—"

    def _shown(self, asset: AssetView) -> tuple[BadgeTone, Mark]:
        if asset.late:
            return "high", "triangle"
        if asset.open_case:
            return "accent", "half"
        return "quiet", "ring" if asset.next_at else ""

    def _lent(self, asset: AssetView) -> str:
        return (asset.lent.who or asset.lent.number) if asset.lent else ""

    def _order(self, asset: AssetView) -> tuple[int, float]:
        standing = 0 if asset.late else 1 if asset.open_case else 2 if asset.next_at else 3
        at: datetime | None = asset.next_at
        return standing, at.timestamp() if at else 0.0

    # Acts

    def _new(self) -> None:
        self._open_form(None)

    def _change(self) -> None:
        chosen = self._asset() or self._part()
        if chosen is not None and self._may[self._mode()]:
            self._open_form(chosen)

    @slot
    async def _open_form(self, chosen: AssetView | PartView | None) -> None:
        if self._form is not None:
            return
        if self._mode() == "parts":
            self._hold(PartForm(self, self._context, chosen if isinstance(chosen, PartView) else None))
            return
        self._form = self
        known = await in_background(read_known, self._context, ("place", "thing"))
        asset = chosen if isinstance(chosen, AssetView) else None
        self._hold(AssetForm(self, self._context, known.places, known.things, asset))

    def _move(self, move: str) -> None:
        part = self._part()
        if part is not None and self._form is None and self._read is not None and move in MOVES:
            self._hold(MoveForm(self, self._context, part, self._read.holders, move))

    def _retire(self) -> None:
        asset = self._asset()
        if asset is not None and self._form is None:
            self._hold(RetireForm(self, self._context, asset))

    def _hold(self, form: SideForm) -> None:
        """The page waits while a form stands over it."""
        self._form = form
        form.panel.closed.connect(self._release)
        self._outer.setEnabled(False)
        self._enable()

    def _release(self) -> None:
        self._form = None
        self._outer.setEnabled(True)
        self._enable()
