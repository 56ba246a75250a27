"""Narrowing a list of cases: what presses, and the choices that the definitions themselves offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from desktop.cases.definition import CaseDefinition, CaseField, Node
from desktop.cases.views import CaseQuery
from desktop.kernel.words import Words
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.finding import FindLine
from ui.parts.layout import clear, row
from ui.parts.matching import Option, found

STANDINGS = ("open", "mine", "free", "overdue", "paused", "all")
_WIDE, _LEAST, _MOST_PLACES = 150, 84, 60


class FilterBar(QWidget):
    """Choices under each other's condition: states and fields appear once one kind is chosen.

    Signals:
        changed: the query is another.
    """

    changed = Signal()

    def __init__(self, words: Words, definitions: Mapping[str, CaseDefinition], me: str) -> None:
        """`me` is the id of whoever looks: "mine" are theirs."""
        super().__init__()
        self._words, self._definitions, self._me = words, definitions, me
        self._quiet = False
        self._places: Sequence[Option] = ()
        self._place = ""
        titles = [(key, words(f"cases_list.{key}")) for key in STANDINGS]
        self.standing = FilterChips(titles, words("cases_list.standing"))
        self.standing.chosen.connect(self._tell)
        kinds = sorted(definitions.values(), key=lambda one: words.of(one.title))
        self.kind = self._box("kind", "any_kind", ((one.name, words.of(one.title)) for one in kinds))
        self.state = self._box("state", "any_state", ())
        self.urgency = self._box("urgency", "any_urgency", ())
        self.place = FindLine(browse=True)
        self.place.setAccessibleName(words("cases_list.where"))
        self.place.setPlaceholderText(words("cases_list.place"))
        self.place.setClearButtonEnabled(True)
        self.place.setFixedWidth(_WIDE + 20)
        self.place.asked.connect(lambda text: self.place.offer(found(self._places, text, _MOST_PLACES)))
        self.place.picked.connect(self._take_place)
        self.place.textChanged.connect(self._place_edited)
        # What was typed and not taken narrows nothing, and must not look as if it did.
        self.place.editingFinished.connect(self._show_place)
        self.fields: dict[str, QComboBox] = {}
        self._room = row(spacing=8)
        self.reset = Button(words("cases_list.clear"), "link", on=lambda: self.show_query(CaseQuery()))
        self.setLayout(row(self.kind, self.state, self.urgency, self.place, self._room, self.reset, None))
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self._draw_kind()

    # The query

    def query(self) -> CaseQuery:
        """What is chosen. The words of a search are the page's."""
        standing, kind = self.standing.current(), self._chosen(self.kind)
        state = self._chosen(self.state)
        return CaseQuery(
            definitions=(kind,) if kind else (),
            states=(state,) if state else (),
            open_only=standing != "all",
            assignee_id=self._me if standing == "mine" else "",
            unassigned=standing == "free",
            overdue=standing == "overdue",
            paused=standing == "paused",
            urgency=self._chosen(self.urgency),
            place_id=self._place,
            fields={name: value for name, box in self.fields.items() if (value := self._chosen(box))},
        )

    def show_query(self, query: CaseQuery) -> None:
        """Chooses what the query says; what this bar has no place for is left out."""
        before, self._quiet = self.query(), True
        self.standing.choose(self._standing(query))
        _choose(self.kind, query.definitions[0] if query.definitions else "")
        self._draw_kind()
        _choose(self.state, query.states[0] if query.states else "")
        _choose(self.urgency, query.urgency)
        self._place = query.place_id
        self._show_place()
        for name, box in self.fields.items():
            _choose(box, query.fields.get(name, ""))
        self._quiet = False
        if self.query() != before:
            self._tell()

    def base(self) -> CaseQuery:
        """The query without what the chips say: the chips count within it."""
        return msgspec.structs.replace(
            self.query(), open_only=True, assignee_id="", unassigned=False, overdue=False, paused=False
        )

    def set_places(self, places: Sequence[Option]) -> None:
        """What can be chosen as place."""
        self._places = places
        self._show_place()

    def _standing(self, query: CaseQuery) -> str:
        if not query.open_only:
            return "all"
        said = {"mine": query.assignee_id == self._me, "free": query.unassigned, "overdue": query.overdue,
                "paused": query.paused}  # fmt: skip
        return next((key for key, holds in said.items() if holds), "open")

    # Drawing

    def _box(self, name: str, every: str, options: Iterator[tuple[str, str]] | tuple[()]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self._words(f"cases_list.{name}"))
        _fit(box)
        _fill(box, self._words(f"cases_list.{every}"), options)
        box.currentIndexChanged.connect(self._tell)
        return box

    def _kind_changed(self) -> None:
        if not self._quiet:
            self._quiet = True
            self._draw_kind()
            self._quiet = False

    def _draw_kind(self) -> None:
        """States, urgencies and fields of the chosen kind; of no kind, every urgency there is."""
        words = self._words
        kind = self._definitions.get(self._chosen(self.kind))
        kinds = [kind] if kind else list(self._definitions.values())
        urgencies = {one.name: words.of(one.title) for each in kinds for one in reversed(each.urgencies)}
        _fill(
            self.state,
            words("cases_list.any_state"),
            ((s.name, words.of(s.title)) for s in (kind.states if kind else ())),
        )
        _fill(self.urgency, words("cases_list.any_urgency"), urgencies.items())
        self.state.setVisible(kind is not None)
        clear(self._room)
        self.fields = {field.name: self._field_box(field) for field in filtering(kind)}
        for box in self.fields.values():
            self._room.addWidget(box)
        self._say_reset()

    def _field_box(self, field: CaseField) -> QComboBox:
        words, box = self._words, QComboBox()
        title = words.of(field.title)
        box.setAccessibleName(title)
        _fit(box)
        options = list(_levels(words, field.tree)) if field.type == "category" else [
            (name, words.of(said)) for name, said in field.options.items()
        ]  # fmt: skip
        _fill(box, words("cases_list.any_field", title=title), options)
        box.currentIndexChanged.connect(self._tell)
        return box

    def _chosen(self, box: QComboBox) -> str:
        return str(box.currentData() or "")

    # Place

    def _take_place(self, option: Option) -> None:
        self._place = option.id
        self._show_place()
        self._tell()

    def _show_place(self) -> None:
        title = next((one.title for one in self._places if one.id == self._place), "")
        self.place.blockSignals(True)
        self.place.setText(title)
        self.place.setCursorPosition(0)
        self.place.blockSignals(False)

    def _place_edited(self, text: str) -> None:
        if not text and self._place:
            self._place = ""
            self._tell()

    def _say_reset(self) -> None:
        self.reset.setVisible(self.query() != CaseQuery())

    def _tell(self, *_: object) -> None:
        self._say_reset()
        if not self._quiet:
            self.changed.emit()


def filtering(kind: CaseDefinition | None) -> list[CaseField]:
    """The fields that a list of this kind is narrowed by."""
    listed = (kind.field(name) for name in kind.lists) if kind else ()
    return [field for field in listed if field is not None and field.type in ("choice", "category")]


def _levels(words: Words, nodes: Sequence[Node], way: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every part of the tree, each under the one it belongs to."""
    for node in nodes:
        yield f"{way}{node.name}", "　" * depth + words.of(node.title)
        yield from _levels(words, node.children, f"{way}{node.name}/", depth + 1)


def _fill(box: QComboBox, every: str, options: object) -> None:
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    box.addItem(every, "")
    for name, title in options:  # type: ignore[attr-defined]
        box.addItem(title, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


def _choose(box: QComboBox, name: str) -> None:
    box.setCurrentIndex(max(0, box.findData(name)))


def _fit(box: QComboBox) -> None:
    box.setMaximumWidth(_WIDE)
    box.setMinimumWidth(_LEAST)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
