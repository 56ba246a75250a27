"""Choosing what kind of case is opened: by group, by typing a part of its name; the one of last time stands first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import msgspec
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.cases.definition import CaseDefinition, Group
from desktop.kernel.words import Words
from ui.parts.layout import column
from ui.parts.matching import Option, found
from ui.parts.sidepanel import SidePanel
from ui.shell.context import Context
from ui.theme.fonts import font
from ui.theme.icons import icon
from ui.theme.tokens import theme

log = logging.getLogger(__name__)
_NAME = Qt.ItemDataRole.UserRole


class KindChooser(QObject):
    """A list of kinds in a side panel. ↑ ↓ and typing, Enter takes one.

    Signals:
        chosen(CaseDefinition): this kind is wanted.
        closed: the panel is gone.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, host: QWidget, context: Context, definitions: Sequence[CaseDefinition]) -> None:
        super().__init__(host)
        words = context.words
        self._context = context
        self._known = {one.name: one for one in definitions}
        self._search = _Search(self._step)
        self._search.setPlaceholderText(words("casework.kinds.search"))
        self._search.setAccessibleName(words("casework.kinds.search"))
        self._search.textChanged.connect(self._show)
        self.list = QListWidget()
        self.list.setAccessibleName(words("casework.kinds.title"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(18, 18))
        self.list.setMinimumHeight(480)
        self.list.itemClicked.connect(lambda _item: self._take())
        content = QWidget()
        content.setLayout(column(self._search, self.list, spacing=10))
        self._last = last_kind(context.console.data_dir, context.who.id)
        self._show("")
        self._panel = SidePanel(
            host, words("casework.kinds.title"), content, act=words("casework.kinds.take"), on_act=self._take,
            cancel=words("parts.cancel"),
        )  # fmt: skip
        self._search.returnPressed.connect(self._take)
        self._panel.closed.connect(self._end)

    def _show(self, text: str) -> None:
        words = self._context.words
        self.list.clear()
        for group, kinds in grouped(words, list(self._known.values()), text, self._last):
            heading = QListWidgetItem(words(f"casework.kinds.group.{group}"))
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setFont(font("caption", 500))
            heading.setForeground(theme().color("ink3"))
            heading.setSizeHint(QSize(60, 30))
            self.list.addItem(heading)
            for one in kinds:
                item = QListWidgetItem(icon(one.icon), words.of(one.title))
                item.setData(_NAME, one.name)
                item.setSizeHint(QSize(60, 32))
                self.list.addItem(item)
        self._step(0)

    def _step(self, by: int) -> None:
        """To the next kind; headings are stepped over."""
        rows = [row for row in range(self.list.count()) if self.list.item(row).data(_NAME)]
        if rows:
            now = self.list.currentRow()
            at = rows.index(now) + by if now in rows else 0
            self.list.setCurrentRow(rows[at % len(rows)])

    def _take(self) -> None:
        item = self.list.currentItem()
        definition = self._known.get(item.data(_NAME)) if item is not None else None
        if definition is None:
            return
        keep_last_kind(self._context.console.data_dir, self._context.who.id, definition.name)
        self._panel.closed.disconnect(self._end)
        self._panel.close_panel()
        self.chosen.emit(definition)
        self.deleteLater()

    def _end(self) -> None:
        self.closed.emit()
        self.deleteLater()


class _Search(QLineEdit):
    """A line whose ↑ ↓ go through a list."""

    def __init__(self, step: Callable[[int], None]) -> None:
        super().__init__()
        self._step = step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


def grouped(
    words: Words, kinds: Sequence[CaseDefinition], text: str, last: str
) -> list[tuple[str, list[CaseDefinition]]]:
    """The kinds that hold the text, by group; the one of last time in a group of its own before the others."""
    options = [Option(one.name, words.of(one.title)) for one in kinds]
    rank = {option.id: number for number, option in enumerate(found(options, text))}
    held = sorted((one for one in kinds if one.name in rank), key=lambda one: rank[one.name])
    first = [one for one in held if one.name == last and len(held) > 1]
    groups = [(group, [one for one in held if one.group == group and one not in first]) for group in get_args(Group)]
    return [(group, found_) for group, found_ in [("last", first), *groups] if found_]


def last_kind(data_dir: Path, who: str) -> str:
    """The kind this person opened last on this terminal; "" for none."""
    return _kept(data_dir).get(who, "")


def keep_last_kind(data_dir: Path, who: str, name: str) -> None:
    """Remembers it. A disk that refuses costs only the memory."""
    try:
        (data_dir / "kinds.json").write_bytes(msgspec.json.encode({**_kept(data_dir), who: name}))
    except OSError as error:
        log.info("the last kind of case is not kept: %s", error)


def _kept(data_dir: Path) -> Mapping[str, str]:
    try:
        return msgspec.json.decode((data_dir / "kinds.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        log.info("the last kinds of case are set back: %s", error)
        return {}
