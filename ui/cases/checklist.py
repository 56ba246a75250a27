"""A checklist in a form: what is to be done, ticked off."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from desktop.cases.definition import CaseField
from desktop.kernel.words import Words
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.theme.icons import pixmap


class ChecklistField(QWidget):
    """The items as check boxes under the field's title; those that must be done say so. Its rule stands beside the title.

    Signals:
        changed: something was ticked off, or not any more.
    """

    changed = Signal()

    def __init__(self, words: Words, field: CaseField, needed: bool, done: Collection[str] = ()) -> None:
        super().__init__()
        self._words, self._needed = words, needed
        self._required = {item.name for item in field.items if item.required}
        self._titles = {item.name: words.of(item.title) for item in field.items}
        self._lines = lines = {item.name: _Line(self._named(item.name)) for item in field.items}
        self.boxes = {name: line.box for name, line in lines.items()}
        title = words.of(field.title)
        self.setAccessibleName(title)
        self._mark = QLabel()
        self._mark.setPixmap(pixmap("circle-alert", "critical", 14))
        self._mark.hide()
        self._problem = Label("", "caption", tone="critical", elide=True)
        heading = Label(title, "secondary", weight=500, tone="quiet")
        for name, box in self.boxes.items():
            box.setChecked(name in done)
            box.toggled.connect(self._toggled)
        self.setLayout(column(row(heading, 8, self._mark, self._problem, None, spacing=4), *lines.values(), spacing=6))

    @property
    def input(self) -> QCheckBox:
        """Where the cursor goes when something is wrong: the first item that still must be done."""
        left = (box for name, box in self.boxes.items() if name in self._required and not box.isChecked())
        return next(left, next(iter(self.boxes.values())))

    def done(self) -> list[str]:
        """The names of what is ticked off."""
        return [name for name, box in self.boxes.items() if box.isChecked()]

    def value(self) -> object:
        """What is done; None for nothing."""
        return self.done() or None

    def set_needed(self, needed: bool) -> None:
        """Whether what must be done must be done now."""
        self._needed = needed
        for name, line in self._lines.items():
            line.set_text(self._named(name))
        if self.error():
            self.check()

    def error(self) -> str:
        """What stands beside it as wrong, or ""."""
        return self._problem.text()

    def set_error(self, text: str) -> None:
        self._problem.setText(text)
        self._mark.setVisible(bool(text))

    def check(self) -> bool:
        """Says so where something that must be done is not; true when all will do."""
        done = self.done()
        problem = "missing" if not done else "" if self._required <= set(done) else "not_complete"
        self.set_error(self._words(f"cases.problem.{problem}") if self._needed and problem else "")
        return not self.error()

    def _named(self, name: str) -> str:
        title = self._titles[name]
        return title if not self._needed or name in self._required else title + self._words("cases.page.optional")

    def _toggled(self) -> None:
        if self.error():
            self.check()
        self.changed.emit()


class _Line(QWidget):
    """A check box with its words beside it: they may need several lines, which Qt's own check box does not have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.box = QCheckBox()
        self._text = Label("", "body", wrap=True)
        self.set_text(text)
        self.setLayout(line := row(spacing=8))
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._text, 1)

    def set_text(self, text: str) -> None:
        self.box.setAccessibleName(text)
        self._text.setText(text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.box.setFocus(Qt.FocusReason.MouseFocusReason)
        self.box.toggle()
