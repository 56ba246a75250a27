"""What one kind of case asks for at the desk, drawn from its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLayout, QLineEdit, QPlainTextEdit, QWidget

from desktop.cases.definition import CaseDefinition, CaseField
from ui.cases.fields import Input, Typed, all_will_do, choice, text_field
from ui.cases.known import Known, field_for, place_field
from ui.cases.picking import CategoryField, Picker
from ui.intake.callers import Caller
from ui.parts.layout import column, row
from ui.parts.matching import Option
from ui.shell.context import Context


class DeskFields(QWidget):
    """Place, category, words, urgency and the rest. Name and phone only of a caller who is new; Enter in a choice goes on
    to the next field.

    Signals:
        place_changed: another place.
    """

    place_changed = Signal()

    def __init__(self, context: Context, definition: CaseDefinition, known: Known, host: QWidget) -> None:
        super().__init__()
        self._context, self.definition, self._known, self._host = context, definition, known, host
        self._by_hand = self._tabbing = False
        self.inputs: dict[str, Input] = dict(self._made())
        self.setLayout(column(*self._rows(), spacing=6))
        self._new_caller(False)

    def _made(self) -> Iterator[tuple[str, Input]]:
        """What is asked in the order in which a caller tells it: where, what, in their words, how pressing."""
        words, definition = self._context.words, self.definition
        opening = definition.opening
        if opening.place != "no":
            place = place_field(self._context, words("intake.place"), opening.place == "must", self._known)
            place.changed.connect(self.place_changed)
            self._onward(place)
            yield "place", place
        asked = [field for name in (*opening.needs, *opening.takes) if (field := definition.field(name))]
        asked = [field for field in asked if field.name != "alarm"]
        yield from self._inputs([field for field in asked if field.personal])
        first = sorted(asked, key=lambda field: field.name != opening.title_from)
        first = [field for field in first if not field.personal]
        needed = [field for field in first if field.name in opening.needs]
        yield from self._inputs(needed)
        if not opening.title_from:
            yield "title", text_field(words, words("cases.column.title"), True)
        if len(definition.urgencies) > 1:
            yield "urgency", self._urgency()
        yield from self._inputs([field for field in first if field.name not in opening.needs])

    def _rows(self) -> Iterator[QWidget | QLayout]:
        """Short fields stand in pairs, so that the whole form is seen at once."""
        waiting: QWidget | None = None
        for made in self.inputs.values():
            if not (isinstance(made, Typed) and isinstance(made.input, QLineEdit | QComboBox)):
                yield made
            elif waiting is None:
                waiting = made
            else:
                yield row(waiting, made, spacing=16)
                waiting = None
        if waiting is not None:
            yield waiting

    def _inputs(self, fields: list[CaseField]) -> Iterator[tuple[str, Input]]:
        now, opening = self._context.console.clock.now(), self.definition.opening
        for field in fields:
            made = field_for(self._context, field, field.name in opening.needs, now, self._known, host=self._host)
            if made is None:
                continue
            if isinstance(made, CategoryField):
                made.changed.connect(lambda made=made: self._propose(made))
            if isinstance(made, Picker):
                self._onward(made)
            if isinstance(made, Typed) and isinstance(made.input, QPlainTextEdit):
                made.input.setFixedHeight(64)
            yield field.name, made

    def _urgency(self) -> Typed:
        urgencies = {one.name: self._context.words.of(one.title) for one in self.definition.urgencies}
        made = choice(self._context.words, self._context.words("cases.column.urgency"), urgencies, True, self._usual())
        assert isinstance(made.input, QComboBox)
        made.input.activated.connect(self._chose)
        return made

    def _usual(self) -> str:
        names = [one.name for one in self.definition.urgencies]
        return "normal" if "normal" in names else names[0]

    # Filling in

    def take_caller(self, caller: Caller) -> None:
        """The caller's home is the place; of somebody new name and phone are kept."""
        place = self.inputs.get("place")
        if isinstance(place, Picker) and caller.place_id:
            place.take(Option(caller.place_id, caller.place))
        for field in self._personal():
            made = self.inputs[field.name]
            if not caller.is_new and isinstance(made, Typed):
                _write(made, "")
        self._new_caller(caller.is_new)
        if caller.is_new:
            self.take_new(caller)

    def take_new(self, caller: Caller) -> None:
        """Name and phone of somebody who is not in the books; what was typed into the fields themselves stays."""
        self._new_caller(True)
        for field in self._personal():
            made = self.inputs[field.name]
            if isinstance(made, Typed) and not made.text().strip():
                _write(made, caller.name if field.personal == "name" else caller.phone)

    def focus_next(self, after: str = "") -> None:
        """The cursor goes to the first needed field, after this one, that is still empty."""
        names = list(self.inputs)
        rest = names[names.index(after) + 1 :] if after in names else names
        for name in rest:
            made = self.inputs[name]
            if not made.isHidden() and name != "urgency" and made.value() is None:
                made.input.setFocus()
                return

    def place_id(self) -> str:
        """Where it is; "" where nobody said yet."""
        place = self.inputs.get("place")
        return str(place.value() or "") if place is not None else ""

    def place_title(self) -> str:
        place = self.inputs.get("place")
        option = place.chosen() if isinstance(place, Picker) else None
        return option.title if option else ""

    def words_of_caller(self) -> str:
        """The first long text that was filled in."""
        texts = (self.inputs[f.name].value() for f in self.definition.fields if f.type == "text" and f.name in self.inputs
                 and not f.personal)  # fmt: skip
        return next((str(text) for text in texts if text), "")

    def choices(self) -> dict[str, str]:
        """What was chosen in the choices that may be left out: how people come to us stays from call to call."""
        takes = (self.definition.field(name) for name in self.definition.opening.takes)
        chosen = {one.name: self.inputs.get(one.name) for one in takes if one is not None and one.type == "choice"}
        return {name: made.text() for name, made in chosen.items() if isinstance(made, Typed)}

    def take_choices(self, chosen: Mapping[str, str]) -> None:
        """Begins with these."""
        for name, text in chosen.items():
            if isinstance(made := self.inputs.get(name), Typed):
                _write(made, text)

    def carry_to(self, other: DeskFields) -> None:
        """Another kind was chosen: what both ask for is not typed twice."""
        for name, mine in self.inputs.items():
            theirs = other.inputs.get(name)
            if theirs is None or name == "urgency":
                continue
            if isinstance(mine, Typed) and isinstance(theirs, Typed) and not theirs.text().strip():
                _write(theirs, mine.text())
            elif name == "place" and isinstance(mine, Picker) and isinstance(theirs, Picker) and (one := mine.chosen()):
                theirs.take(one)

    def given(self) -> dict[str, Any]:
        """The arguments of `Cases.open` beside the definition; `fields` with pictures that are not kept yet."""
        filled = {
            name: value
            for name, made in self.inputs.items()
            if not made.isHidden() and (value := made.value()) is not None
        }
        return {
            "title": str(filled.get("title", "")),
            "urgency": str(filled.get("urgency", self.definition.urgencies[0].name)),
            "place_id": filled.get("place"),
            "fields": {name: value for name, value in filled.items() if self.definition.field(name)},
        }

    def will_do(self) -> bool:
        return all_will_do(*self.inputs.values())

    # Inside

    def _personal(self) -> list[CaseField]:
        return [field for field in self.definition.fields if field.personal and field.name in self.inputs]

    def _new_caller(self, new: bool) -> None:
        for field in self._personal():
            self.inputs[field.name].setVisible(new)

    def _chose(self) -> None:
        self._by_hand = True

    def _propose(self, category: CategoryField) -> None:
        """How pressing it is comes from the category, until somebody chooses by hand."""
        made = self.inputs.get("urgency")
        if isinstance(made, Typed) and isinstance(made.input, QComboBox) and not self._by_hand:
            made.input.setCurrentIndex(max(0, made.input.findData(category.urgency() or self._usual())))

    def _onward(self, picker: Picker) -> None:
        def on(option: Option) -> None:
            # Tab goes on by itself.
            if not option.opens and not self._tabbing:
                self.focus_next(next(name for name, made in self.inputs.items() if made is picker))

        picker.line.picked.connect(on)
        picker.line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._tabbing = event.key() == Qt.Key.Key_Tab
        return False


def _write(field: Typed, text: str) -> None:
    if isinstance(field.input, QLineEdit):
        field.input.setText(text)
    elif isinstance(field.input, QPlainTextEdit):
        field.input.setPlainText(text)
    elif (at := field.input.findData(text)) >= 0:
        field.input.setCurrentIndex(at)
