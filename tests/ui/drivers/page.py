"""Acts on screens the way a person does: by labels, names and keys, never by coordinates."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QFontMetrics, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)  # fmt: skip

from ui.parts.form import FormField
from ui.parts.text import Label


class PageDriver:
    """Drives what is inside a widget."""

    def __init__(self, root: QWidget) -> None:
        self.root = root

    def button(self, name: str) -> QAbstractButton:
        """The visible button with this accessible name. Raises LookupError."""
        found = [b for b in self.root.findChildren(QAbstractButton) if b.accessibleName() == name and b.isVisible()]
        if not found:
            known = sorted({b.accessibleName() for b in self.root.findChildren(QAbstractButton) if b.isVisible()})
            raise LookupError(f"no button {name!r}; there are {known}")
        return found[0]

    def press(self, name: str) -> None:
        button = self.button(name)
        assert button.isEnabled(), f"{name} is disabled"
        button.click()

    def write(self, field: str, text: str) -> None:
        """Writes into the visible input with this name."""
        inputs = [*self.root.findChildren(QLineEdit), *self.root.findChildren(QPlainTextEdit)]
        found = next((w for w in inputs if w.accessibleName() == field and w.isVisible()), None)
        if found is None:
            raise LookupError(f"no field {field!r}; there are {[w.accessibleName() for w in inputs]}")
        found.setFocus()
        if isinstance(found, QLineEdit):
            found.setText(text)
        else:
            found.setPlainText(text)

    def key(self, sequence: str) -> None:
        """Presses a key where the focus is."""
        target = self.root.window().focusWidget() or self.root
        QTest.keySequence(target, QKeySequence(sequence))

    def texts(self) -> list[str]:
        """Every visible text."""
        return [label.text() for label in self.root.findChildren(QLabel) if label.text() and label.isVisible()]

    def says(self, text: str) -> bool:
        return any(text in shown for shown in self.texts())


def assert_accessible(root: QWidget) -> None:
    """Every control that takes the focus has a name, and every action a key or a place in a menu."""
    nameless = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if widget.objectName().startswith("qt_"):
            continue  # inner parts of Qt's own composite widgets; the composite has the name
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name):
            nameless.append(widget)
    assert not nameless, f"no name for the screen reader: {nameless}"
    keyless = [a.text() for a in root.findChildren(QAction) if a.shortcut().isEmpty() and not a.associatedObjects()]
    assert not keyless, f"no way to reach: {keyless}"


def assert_no_clipped_text(root: QWidget) -> None:
    """No label (except those that cut with "…" on purpose) and no button is smaller than its text."""
    QApplication.processEvents()  # layouts are laid out when Qt turns
    clipped = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.width() == 0:
            continue
        if isinstance(widget, Label) and widget.text() and not widget.is_cut():
            need = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.fontMetrics().height()
            wide = (
                not widget.wordWrap()
                and QFontMetrics(widget.font()).horizontalAdvance(widget.text()) > widget.width() + 1
            )
            if wide or need > widget.height() + 2:
                clipped.append(widget.text())
        elif isinstance(widget, QComboBox) and not widget.isEditable():
            if QFontMetrics(widget.font()).horizontalAdvance(widget.currentText()) > _room(widget) + 1:
                clipped.append(widget.currentText())
        elif isinstance(widget, QPushButton) and widget.text() and widget.sizeHint().width() > widget.width() + 1:
            clipped.append(widget.text())
    assert not clipped, f"clipped: {clipped}"


def _room(box: QComboBox) -> int:
    """The width of what is chosen, without frame and arrow."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    return box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()


def assert_nothing_overlaps(root: QWidget) -> None:
    """No two visible children of one form field lie over each other."""
    QApplication.processEvents()
    for field in root.findChildren(FormField):
        children = [w for w in field.children() if isinstance(w, QWidget) and w.isVisible()]
        for one, other in combinations(children, 2):
            shared = one.geometry().intersected(other.geometry())
            assert shared.isEmpty(), f"{field.input.accessibleName()}: {one} lies over {other}"
