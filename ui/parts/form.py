"""Forms: label above, hint below, and the error beside the field it is about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui.parts.layout import row
from ui.parts.text import Label, repolish
from ui.theme.icons import pixmap

Rule = Callable[[str], str]
"""Says what is wrong with a text, in words for the person, or "" when it will do."""


class FormField(QWidget):
    """One field with its label, hint and error.

    The rule is asked when the field is first left and from then on with every change, so that nobody is told off while
    still typing (and text that an input method is composing is never judged).

    Signals:
        changed: the content changed.
    """

    changed = Signal()

    def __init__(
        self,
        label: str,
        input_: QLineEdit | QPlainTextEdit | QComboBox,
        *,
        hint: str = "",
        unit: str = "",
        rule: Rule | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.input = input_
        self._hint = hint
        self._rule = rule
        self._judging = False
        input_.setAccessibleName(label)
        self._label = Label(label, "secondary", weight=500, tone="quiet")
        self._label.setBuddy(input_)
        self._mark = QLabel()
        self._mark.setPixmap(pixmap("circle-alert", "critical", 14))
        self._mark.hide()
        # One line, cut with "…" and whole in its tooltip where room is short: an error must not move what is below.
        self._below = Label(hint, "caption", elide=True)
        self._below.setFixedHeight(18)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._label)
        if unit:
            layout.addLayout(row(input_, Label(unit, "secondary")))
        else:
            layout.addWidget(input_)
        below = row(self._mark, spacing=4)
        below.addWidget(self._below, 1)
        layout.addLayout(below)
        input_.installEventFilter(self)
        if isinstance(input_, QLineEdit):
            input_.textChanged.connect(self._changed)
        elif isinstance(input_, QPlainTextEdit):
            input_.setTabChangesFocus(True)
            input_.textChanged.connect(self._changed)
        else:
            input_.currentIndexChanged.connect(self._changed)

    def text(self) -> str:
        """The content: of a choice, the data of the chosen entry or its text."""
        if isinstance(self.input, QComboBox):
            data = self.input.currentData()
            return str(data) if data is not None else self.input.currentText()
        return self.input.text() if isinstance(self.input, QLineEdit) else self.input.toPlainText()

    def error(self) -> str:
        """What stands beside the field as wrong, or ""."""
        return self._below.text() if self._mark.isVisibleTo(self) else ""

    def set_error(self, text: str) -> None:
        """Shows what is wrong, or with "" the hint again."""
        if text == self.error():
            return
        self._below.setText(text or self._hint)
        self._below.set_tone("critical" if text else "hint")
        self._mark.setVisible(bool(text))
        self.input.setProperty("wrong", bool(text))
        self.input.setAccessibleDescription(text or self._hint)
        repolish(self.input)

    def set_label(self, text: str) -> None:
        """Another label."""
        self._label.setText(text)
        self.input.setAccessibleName(text)

    def set_rule(self, rule: Rule) -> None:
        """Another rule, asked from now on."""
        self._rule = rule

    def set_hint(self, text: str) -> None:
        """Another hint; an error that stands stays."""
        if not self.error():
            self._below.setText(text)
        self._hint = text

    def check(self) -> bool:
        """Asks the rule now; true when the content will do."""
        self._judging = True
        problem = self._rule(self.text()) if self._rule else ""
        self.set_error(problem)
        return not problem

    def _changed(self, *_: object) -> None:
        if self._judging:
            self.check()
        elif self.error():
            self.set_error("")
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._rule and self.text():
            self.check()
        return False


def check_all(*fields: FormField) -> bool:
    """Checks every field, puts the cursor into the first that is wrong; true when all will do."""
    wrong = [field for field in fields if not field.check()]
    if wrong:
        wrong[0].input.setFocus()
    return not wrong
