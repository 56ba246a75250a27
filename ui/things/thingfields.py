"""What a site sets otherwise for a thing as a whole: when its values are stale, what its meter is for, what it speaks
through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from desktop.kernel.words import Words
from desktop.things.model import Point, ThingModel
from desktop.things.overrides import Overrides, PointOverride
from desktop.things.views import ThingView
from ui.parts.form import FormField
from ui.parts.layout import column, framed, row
from ui.parts.text import Label, repolish
from ui.parts.value import one_line, unit_words
from ui.things.rulefields import number_of, plain_number

USES = (
    "supply", "homes", "lighting", "lifts", "pumps", "garage", "charging", "office", "canteen", "irrigation",
)  # fmt: skip
"""What the energy page has words for; another that a device told stays to be chosen."""


class ThingFields(QWidget):
    """An empty field is what the model or the device says."""

    def __init__(
        self, view: ThingView, model: ThingModel, own: Overrides, others: Sequence[ThingView], words: Words
    ) -> None:
        super().__init__()
        self._words, self._kept = words, own
        self._by_text = {f"{one_line(other.name)}  {other.id}": other.id for other in others if other.id != view.id}
        self._stale = {point.name: self._stale_edit(point, own) for point in model.points}
        parts: list[QWidget] = [Label(words("things.limits.thing"), "body", weight=500)]
        self._use = self._use_field(view, own) if any(p.counter and p.counter.medium for p in model.points) else None
        if self._use is not None:
            parts.append(self._use)
        self._parent = self._parent_field(own)
        parts += [self._parent, Label(words("things.limits.stale"), "secondary", weight=500, tone="quiet")]
        lines = column(spacing=4)
        for point in model.points:
            edit, unit = self._stale[point.name], Label(unit_words("s", words), "secondary")
            line = row(Label(words.of(point.title), "secondary", elide=True), edit, unit, spacing=8)
            line.setStretch(0, 1)
            lines.addLayout(line)
        self._stale_wrong = Label("", "caption", tone="critical", wrap=True)
        self._stale_wrong.hide()
        whole = column(*parts, lines, self._stale_wrong, spacing=8, margins=(12, 10, 12, 10))
        self.setLayout(column(framed("card", whole)))

    @property
    def has_own(self) -> bool:
        """Whether something here is this site's own."""
        stale = any(each.stale_after is not None for each in self._kept.points.values())
        return stale or self._kept.use is not None or self._kept.parent is not None

    def own(self, rest: Overrides) -> Overrides:
        """`rest` with what is typed here. Raises ValueError for what is no number or no thing, after marking it."""
        points = {name: self._point_own(name, field) for name, field in self._stale.items()}
        points = {name: each for name, each in points.items() if each != PointOverride()}
        kept: Mapping[str, PointOverride] = {n: p for n, p in rest.points.items() if n not in self._stale}
        use = rest.use if self._use is None else self._use.input.currentData()  # type: ignore[union-attr]
        return msgspec.structs.replace(rest, points={**kept, **points}, use=use, parent=self._parent_own())

    def refuse_parent(self) -> None:
        """The service does not take what stands there."""
        self._wrong(self._parent, self._words("things.limits.parent_refused"))

    @property
    def parent_field(self) -> FormField:
        return self._parent

    @property
    def use_field(self) -> FormField | None:
        return self._use

    def stale_edit(self, point: str) -> QLineEdit:
        return self._stale[point]

    def error(self) -> str:
        """Why a number of seconds is refused; empty while none is."""
        return self._stale_wrong.text()

    def _stale_edit(self, point: Point, own: Overrides) -> QLineEdit:
        known = own.points.get(point.name)
        value = known.stale_after if known is not None else None
        edit = QLineEdit("" if value is None else plain_number(value))
        edit.setPlaceholderText(plain_number(point.stale_after))
        edit.setFixedWidth(96)
        edit.setAccessibleName(f"{self._words.of(point.title)} {self._words('things.limits.stale')}")
        edit.textChanged.connect(lambda _text: self._mark_stale(edit, ""))
        return edit

    def _use_field(self, view: ThingView, own: Overrides) -> FormField:
        words, box = self._words, QComboBox()
        box.addItem(words("things.limits.as_device"), None)
        others = (name for name in (view.thing.use, own.use) if name and name not in USES)
        for name in USES:
            box.addItem(words(f"energy.use.{name}"), name)
        for name in dict.fromkeys(others):
            box.addItem(one_line(name), name)
        box.addItem(words("energy.use.none"), "")
        box.setCurrentIndex(0 if own.use is None else box.findData(own.use))
        return FormField(words("things.limits.use"), box)

    def _parent_field(self, own: Overrides) -> FormField:
        words = self._words
        none = words("things.limits.no_parent")
        self._by_text[none] = ""
        current = next((text for text, id_ in self._by_text.items() if id_ == own.parent), own.parent or "")
        edit = QLineEdit(current if own.parent is not None else "")
        edit.setPlaceholderText(words("things.limits.as_device"))
        completer = QCompleter([none, *(text for text in self._by_text if text != none)], edit)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(10)
        edit.setCompleter(completer)
        return FormField(words("things.limits.parent"), edit, hint=words("things.limits.parent_hint"))

    def _point_own(self, name: str, edit: QLineEdit) -> PointOverride:
        try:
            seconds = number_of(edit.text())
            wrong = "" if seconds is None or 0 < seconds < float("inf") else "not_positive"
        except ValueError:
            seconds, wrong = None, "no_number"
        if wrong:
            self.show()
            self._mark_stale(edit, self._words(f"things.limits.{wrong}"))
            edit.setFocus()
            raise ValueError(name)
        return msgspec.structs.replace(self._kept.points.get(name, PointOverride()), stale_after=seconds)

    def _mark_stale(self, edit: QLineEdit, text: str) -> None:
        """Marks the seconds as wrong and says why under them; without text nothing is wrong any more."""
        if not text and not self._stale_wrong.isVisibleTo(self):
            return
        for each in self._stale.values():
            each.setProperty("wrong", bool(text) and each is edit)
            each.setAccessibleDescription(text if each is edit else "")
            repolish(each)
        self._stale_wrong.setText(text)
        self._stale_wrong.setVisible(bool(text))

    def _parent_own(self) -> str | None:
        text = self._parent.text().strip()
        if not text:
            return None
        found = self._by_text.get(text, text if text in self._by_text.values() else None)
        if found is None:
            self._wrong(self._parent, self._words("things.limits.no_such_thing"))
            raise ValueError("parent")
        return found

    def _wrong(self, field: FormField, text: str) -> None:
        self.show()
        field.set_error(text)
        field.input.setFocus()
