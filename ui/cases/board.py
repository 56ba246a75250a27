"""The board: a column a state, cards that are dragged or sent by keys, and only where the definition lets them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QScrollArea, QWidget

from desktop.cases.definition import Move
from desktop.cases.views import CaseView
from desktop.kernel.errors import LinliError, NotFound
from ui.aio import in_background, slot
from ui.cases.cards import CARD, CardPainter, Ghost
from ui.cases.column import LaneBox
from ui.cases.forms import MoveForm
from ui.cases.lanes import Lane, Steps, read_steps
from ui.cases.panel import asks_nothing, refused_words
from ui.parts.layout import clear, column, row
from ui.parts.text import Label, no_mnemonic
from ui.shell.context import Context

_EDGE, _STRIDE = 48, 24
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Home: (0, -10_000), Qt.Key.Key_End: (0, 10_000),
}  # fmt: skip


class Board(QWidget):
    """Arrows go from card to card, Enter opens one, M and a column's number moves it; the mouse drags.

    Signals:
        chosen(case id): another card is the chosen one.
        opened(case id): its panel is wanted.
        busy(bool): a move's form stands over the page, or is gone.
    """

    chosen = Signal(str)
    opened = Signal(str)
    busy = Signal(bool)

    def __init__(self, context: Context, page: QWidget, panel: QWidget) -> None:
        """`page` is what forms stand over; while `panel` shows, undo is offered there."""
        super().__init__()
        self._context, self._words, self._page, self._panel = context, context.words, page, panel
        self._painter = CardPainter(context.words, context.console.clock)
        self._lanes: tuple[Lane, ...] = ()
        self._later: tuple[Lane, ...] | None = None
        self._boxes: list[LaneBox] = []
        self._chosen = ""
        self._steps: Steps | None = None
        self._ghost: Ghost | None = None
        self._pressed: tuple[QPoint, CaseView] | None = None
        self._aiming = False
        self._form: MoveForm | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self._words("cases_list.board.title"))
        inside = QWidget()
        self._row = row(spacing=12, margins=(24, 0, 24, 8))
        inside.setLayout(self._row)
        self.ground = QScrollArea()
        self.ground.setWidgetResizable(True)
        self.ground.setFrameShape(QFrame.Shape.NoFrame)
        self.ground.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ground.setWidget(inside)
        self.ground.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self._hint = Label(self._words("cases_list.board.hint"), "caption")
        self.setLayout(column(self.ground, row(24, self._hint, None), spacing=0, margins=(0, 0, 0, 8)))

    # What the page asks

    def show_lanes(self, lanes: tuple[Lane, ...], wanted: str = "") -> None:
        """Shows these columns; the chosen card stays chosen. What is under way is not disturbed."""
        if self._ghost is not None or self._aiming:
            self._later = lanes
            return
        if [lane.key for lane in lanes] != [lane.key for lane in self._lanes] or self._by_phase(lanes) != self.by_phase:
            self._build(lanes)
        self._lanes = lanes
        self._painter.kinds = self.by_phase
        for box, lane in zip(self._boxes, lanes, strict=True):
            box.show_lane(lane)
        self.choose(wanted or self._chosen)
        if self._place_of(self._chosen) is None:
            first = next((lane.cases[0].id for lane in lanes if lane.cases), "")
            self.choose(first)

    def choose(self, case_id: str) -> None:
        """Makes this the chosen card, as soon as it is there."""
        if case_id != self._chosen:
            self._chosen, self._steps = case_id, None
        place = self._place_of(case_id)
        if place is not None:
            self.setAccessibleDescription(self._painter.spoken(self._lanes[place[0]].cases[place[1]]))
            self._boxes[place[0]].cards.reveal(place[1])
        self._mark()

    def selected_id(self) -> str:
        return self._chosen if self._place_of(self._chosen) is not None else ""

    @property
    def by_phase(self) -> bool:
        """Whether columns are phases of all kinds and not the states of one."""
        return self._by_phase(self._lanes)

    def lit(self) -> list[str]:
        """The columns that the card in hand may go to."""
        return [box.lane.key for box in self._boxes if box.lit]

    def boxes(self) -> list[LaneBox]:
        return list(self._boxes)

    # Drawing

    @staticmethod
    def _by_phase(lanes: tuple[Lane, ...]) -> bool:
        return bool(lanes) and not lanes[0].title

    def _build(self, lanes: tuple[Lane, ...]) -> None:
        clear(self._row)
        self._boxes = []
        for lane in lanes:
            title = self._words.of(lane.title) if lane.title else self._words(f"cases_list.phase.{lane.key}")
            box = LaneBox(self._words, self._painter, lane, title)
            box.cards.viewport().installEventFilter(self)
            self._boxes.append(box)
            self._row.addWidget(box, 1 if not lane.drop_only else 0)

    def _mark(self) -> None:
        dragged = self._chosen if self._ghost is not None else ""
        for box in self._boxes:
            box.cards.mark(self._chosen, dragged)

    def _place_of(self, case_id: str) -> tuple[int, int] | None:
        """The column and the place in it."""
        for number, lane in enumerate(self._lanes):
            for at, case in enumerate(lane.cases):
                if case.id == case_id:
                    return number, at
        return None

    # Keys

    def event(self, event: QEvent) -> bool:
        # While a column is asked for, digits and Esc are its answer and not acts of the page.
        if event.type() == QEvent.Type.ShortcutOverride and (self._aiming or self._ghost is not None):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._aiming:
            self._aim_key(event)
        elif self._ghost is not None and key == Qt.Key.Key_Escape:
            self._end_drag()
        elif key in _ARROWS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._step(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.selected_id():
            self.opened.emit(self._chosen)
        elif key == Qt.Key.Key_M and not event.modifiers() and self.selected_id():
            self._aim()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._aiming and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end_aim()

    def _step(self, across: int, down: int) -> None:
        place = self._place_of(self._chosen)
        if place is None:
            return
        lane, at = place
        if across:
            others = range(lane + across, len(self._lanes) if across > 0 else -1, across)
            lane = next((n for n in others if self._lanes[n].cases), lane)
        at = max(0, min(at + down, len(self._lanes[lane].cases) - 1))
        self.choose(self._lanes[lane].cases[at].id)
        self.ground.ensureWidgetVisible(self._boxes[lane], 24, 0)
        self.chosen.emit(self._chosen)

    @slot
    async def _aim(self) -> None:
        """Columns that the chosen card may go to light up with their numbers."""
        self._aiming = True
        steps = await self._read_steps(self._chosen)
        if steps is None or not self._aiming:
            self._end_aim()
            return
        self._light(steps, numbered=True)
        # The columns may stand beyond the edge: the line below names them too.
        ways = [f"{number % 10} {box.title}" for number, box in enumerate(self._boxes[:10], 1) if box.lit]
        self._hint.setText(self._words("cases_list.board.move_to", ways=" · ".join(ways)))
        if not self.lit():
            self._context.shell.say(self._words("cases_list.board.none_free", number=steps.detail.view.number))
            self._end_aim()

    def _aim_key(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.key() == Qt.Key.Key_Escape:
            self._end_aim()
        elif text.isdigit():
            number = (int(text) or 10) - 1
            case_id = self._chosen
            if number < len(self._boxes):
                box = self._boxes[number]
                self._end_aim()
                self._send(case_id, box)

    def _end_aim(self) -> None:
        self._aiming = False
        self._hint.setText(self._words("cases_list.board.hint"))
        self._dark()

    # The mouse

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            match event.type():
                case QEvent.Type.MouseButtonPress if event.button() == Qt.MouseButton.LeftButton:
                    return self._press(watched, event)
                case QEvent.Type.MouseMove if event.buttons() & Qt.MouseButton.LeftButton:
                    return self._drag(event)
                case QEvent.Type.MouseButtonRelease if self._pressed is not None:
                    return self._release(event)
                case QEvent.Type.MouseButtonDblClick if self.selected_id():
                    self.opened.emit(self._chosen)
                    return True
        return False

    def _press(self, watched: QObject, event: QMouseEvent) -> bool:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        cards = next(box.cards for box in self._boxes if box.cards.viewport() is watched)
        number = cards.indexAt(event.position().toPoint()).row()
        if number < 0:
            return True
        case = cards.cases()[number]
        self._pressed = event.globalPosition().toPoint(), case
        self.choose(case.id)
        self.chosen.emit(case.id)
        return True

    def _drag(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            return False
        began, case = self._pressed
        at = event.globalPosition().toPoint()
        if self._ghost is None:
            if (at - began).manhattanLength() < QApplication.startDragDistance():
                return True
            self._lift(case)
        if self._ghost is not None:
            here = self.mapFromGlobal(at)
            self._ghost.move(here - QPoint(self._ghost.width() // 2, CARD // 2))
            bar = self.ground.horizontalScrollBar()
            bar.setValue(bar.value() + _STRIDE * ((here.x() > self.width() - _EDGE) - (here.x() < _EDGE)))
            over = self._box_at(at)
            for box in self._boxes:
                box.set_over(box is over)
        return True

    def _lift(self, case: CaseView) -> None:
        self._ghost = Ghost(self, self._painter, case, 220)
        self._ghost.show()
        QApplication.setOverrideCursor(QCursor(Qt.CursorShape.ClosedHandCursor))
        self._mark()
        self._light_for(case.id)

    @slot
    async def _light_for(self, case_id: str) -> None:
        steps = await self._read_steps(case_id)
        if steps is not None and self._ghost is not None and case_id == self._chosen:
            self._light(steps)

    def _release(self, event: QMouseEvent) -> bool:
        dragged, case_id = self._ghost is not None, self._chosen
        self._pressed = None
        if dragged:
            box = self._box_at(event.globalPosition().toPoint())
            self._end_drag()
            if box is not None:
                self._send(case_id, box)
        return True

    def _end_drag(self) -> None:
        self._pressed = None
        if self._ghost is not None:
            self._ghost.hide()
            self._ghost.deleteLater()
            self._ghost = None
            QApplication.restoreOverrideCursor()
        self._mark()
        self._dark()

    def _box_at(self, at: QPoint) -> LaneBox | None:
        return next((box for box in self._boxes if box.rect().contains(box.mapFromGlobal(at))), None)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._ghost is not None:
            self._end_drag()
        super().hideEvent(event)

    # Where it may go

    async def _read_steps(self, case_id: str) -> Steps | None:
        try:
            self._steps = await in_background(read_steps, self._context.console, self._context.who, case_id)
        except NotFound:
            self._steps = None
        return self._steps

    def _light(self, steps: Steps, *, numbered: bool = False) -> None:
        for number, box in enumerate(self._boxes, 1):
            may = bool(steps.into(box.lane.key, self.by_phase))
            box.set_lit(may, str(number % 10) if numbered and may and number <= 10 else "", dim=not may)

    def _dark(self) -> None:
        for box in self._boxes:
            box.set_lit(False)
        if self._later is not None:
            lanes, self._later = self._later, None
            self.show_lanes(lanes)

    # Moving

    @slot
    async def _send(self, case_id: str, box: LaneBox) -> None:
        """Takes the step that leads to the column; asks which where there are several."""
        steps = await self._read_steps(case_id)
        if steps is None:
            return
        moves = steps.into(box.lane.key, self.by_phase)
        # The usual step needs no asking; the others stay in the panel.
        moves = [move for move in moves if move.tone == "primary"] or moves
        view = steps.detail.view
        if len(moves) > 1:
            self._ask_which(steps, moves, box)
        elif moves:
            self._take(steps, moves[0])
        elif box.lane.key != next((lane.key for lane in self._lanes if view in lane.cases), ""):
            said = self._words("cases_list.board.not_there", number=view.number, state=box.title)
            self._context.shell.say(said)

    def _ask_which(self, steps: Steps, moves: list[Move], box: LaneBox) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(self._words("cases_list.board.choose"))
        for number, move in enumerate(moves, 1):
            action = menu.addAction(f"&{number}  {no_mnemonic(self._words.of(move.title))}")
            action.triggered.connect(lambda _checked=False, move=move: self._take(steps, move))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(box.mapToGlobal(QPoint(12, 44)))
        menu.setActiveAction(menu.actions()[0])

    def _take(self, steps: Steps, move: Move) -> None:
        if asks_nothing(move):
            self._take_now(steps.detail.view.id, move)
            return
        self._form = MoveForm(self._page, self._context, steps.detail, move)
        self._form.closed.connect(self._release_form)
        self.busy.emit(True)

    def _release_form(self) -> None:
        self._form = None
        self.busy.emit(False)

    @slot
    async def _take_now(self, case_id: str, move: Move) -> None:
        context, words = self._context, self._words
        try:
            case = await in_background(context.console.cases.move, context.who, case_id, move.name)
        except LinliError as error:
            context.shell.say(refused_words(words, error))
            return
        said = words("cases.page.moved", number=case.number, state=words.of(case.state_title))
        key = "" if self._panel.isVisible() else "Ctrl+Z"
        context.shell.say(said, act=words("casework.act.undo"), key=key, on_act=lambda: self._take_back(case_id))

    @slot
    async def _take_back(self, case_id: str) -> None:
        context, words = self._context, self._words
        try:
            case = await in_background(context.console.case_acts.undo, context.who, case_id)
        except LinliError as error:
            context.shell.say(words.told(error))
        else:
            said = words("cases_list.board.undone", number=case.number, state=words.of(case.state_title))
            context.shell.say(said)
