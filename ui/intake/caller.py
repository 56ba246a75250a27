"""The one box: a name, a room or a phone number, and the rest fills in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from ui.aio import in_background, slot
from ui.cases.known import Known
from ui.intake.callers import Caller, read_callers, understood
from ui.parts.entry import Entry
from ui.parts.finding import FindLine
from ui.parts.matching import Option
from ui.shell.context import Context


class CallerBox(Entry):
    """Finds while one types. Enter takes the first, also where it is pressed before the answer is there.

    Signals:
        picked: somebody was chosen.
    """

    picked = Signal()

    by_tab = False
    """Whether it was chosen with Tab, which goes on to the next field by itself."""

    def __init__(self, context: Context) -> None:
        words = context.words
        self._context = context
        self._known = Known()
        self._callers: dict[str, Caller] = {}
        self._caller: Caller | None = None
        self._answered = ""
        self._take_first = False
        super().__init__(words("intake.caller"), needed=True, hint=words("intake.caller_hint"))
        self.line = FindLine()
        self.line.setMinimumHeight(40)
        self.fill(self.line, self.line)
        self.line.asked.connect(self._ask)
        self.line.picked.connect(self._pick)
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self._entered)
        self.line.installEventFilter(self)

    def set_known(self, known: Known) -> None:
        """The places there are."""
        self._known = known

    def caller(self) -> Caller | None:
        """Who was chosen; where nobody was, what is typed as somebody new or as a place."""
        if self._caller is not None or not self.line.text().strip():
            return self._caller
        typed = understood(self._known, self.line.text())
        place = (typed.place.id, typed.place.title) if typed.place else ("", "")
        return Caller("", typed.name, typed.phone, *place)

    def value(self) -> object:
        return self.caller()

    def clear(self) -> None:
        self.line.clear()
        self.line.close_list()
        self._caller, self._take_first = None, False
        self.set_error("")
        self.changed.emit()

    def _edited(self) -> None:
        self._caller, self._take_first = None, False
        self.changed.emit()

    def _ask(self, text: str) -> None:
        if text.strip():
            self._find(text)
        else:
            self.line.close_list()

    @slot
    async def _find(self, text: str) -> None:
        found = await in_background(read_callers, self._context, self._known, text)
        # An answer to what was typed before is none.
        if text != self.line.text() or self._caller is not None:
            return
        self._answered = text
        self._callers = {option.id: caller for option, caller in found}
        self.line.offer([option for option, _ in found])
        if self._take_first and found:
            self._pick(found[0][0])

    def _entered(self) -> None:
        if self._caller is None and self.line.text().strip():
            self._take_first = True
            self._ask(self.line.text())

    def _pick(self, option: Option) -> None:
        caller = self._callers.get(option.id)
        if caller is None or self._answered != self.line.text():
            # The list was still of what was typed before: the first answer to this text is taken.
            self._take_first = True
            return
        self._take_first = False
        self._caller = caller
        self.line.blockSignals(True)
        self.line.setText(caller.said())
        self.line.blockSignals(False)
        self.line.close_list()
        self.changed.emit()
        self.picked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.by_tab = event.key() == Qt.Key.Key_Tab
        return False
