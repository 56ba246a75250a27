"""The panel of one case: shows it, keeps it fresh, and does with it what may be done, each with its key."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.masking import is_personal
from desktop.cases.undo import LOOKED
from desktop.cases.views import CaseDetail
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.cases.actforms import ActForm, RevealForm, VisitForm
from ui.cases.clock import CaseClock
from ui.cases.detail import Doing, Shown, in_header, move_buttons, sections, state_badges
from ui.cases.forms import CaseForm, MoveForm, OpenForm, Start
from ui.cases.kinds import KindChooser
from ui.cases.round import ScanLine, round_field
from ui.parts.banner import Banner
from ui.parts.buttons import IconButton
from ui.parts.detail import DetailPanel
from ui.parts.refresh import Refresh
from ui.parts.text import no_mnemonic
from ui.shell.context import Context
from ui.shell.printing import Printer

KEYS = {
    "resume": "S", "suspend": "S", "urge": "U", "escalate": "T", "note": "R", "set_urgency": "Y", "link": "L", "merge": "H",
    "subtask": "A", "reveal": "V",
}  # fmt: skip
"""The key of each act; suspending and going on are never both there."""

SCAN_KEY = "K"
"""Goes to the line where a round's points are scanned."""

Form = CaseForm | KindChooser


class CasePanel(DetailPanel):
    """Asked to `show_case`, it reads the case and draws it anew only when something changed.

    Signals:
        busy(bool): a form stands over the page, or is gone: meanwhile the page's own keys must mean nothing.
        opened(case id): a sub-task was made.
    """

    busy = Signal(bool)
    opened = Signal(str)

    def __init__(self, context: Context, host: QWidget) -> None:
        """`host` is the page that forms stand over."""
        super().__init__()
        self._context, self._words, self._page = context, context.words, host
        self._case_id = ""
        self._shown: Shown | None = None
        self._revealed: dict[str, str] = {}
        self._form: Form | None = None
        self._shortcuts: list[QShortcut] = []
        self._printer = Printer(self, context)
        self._read_again = Refresh(host, self._load, context.shell.tell)
        self._no_more_undo = QTimer(self)
        self._no_more_undo.setSingleShot(True)
        self._no_more_undo.timeout.connect(self.refresh)

    # What the page asks

    def show_case(self, case_id: str | None) -> None:
        """Shows this case; None for no case."""
        if case_id is None:
            self._case_id, self._shown = "", None
            self.hide()
            return
        if case_id != self._case_id:
            self._case_id = case_id
            self._revealed = {}
        self.refresh()

    def refresh(self) -> None:
        """Reads the case again."""
        if self._case_id:
            self._read_again.ask()

    def case_id(self) -> str:
        return self._case_id

    def tick(self) -> None:
        """Time went on."""
        for clock in self.findChildren(CaseClock):
            clock.tick(self._context.console.clock.now())

    def next_move(self) -> None:
        """Begins the usual next step, as its key does."""
        if self._shown is not None and self._shown.moves:
            self._open_move(self._shown.moves[0])

    # Reading and drawing

    async def _load(self) -> None:
        case_id = self._case_id
        shown = await in_background(self._read, case_id)
        if case_id == self._case_id and (self._shown is None or _still(shown) != _still(self._shown)):
            self._show(shown)
        elif case_id == self._case_id:
            for clock in self.findChildren(CaseClock):
                clock.show_detail(shown.detail, self._context.console.clock.now())

    def _read(self, case_id: str) -> Shown:
        console, who = self._context.console, self._context.who
        return Shown(
            console.cases.get(case_id),
            console.cases.moves_for(who, case_id),
            console.alarms.of_case(case_id),
            console.case_acts.what_can(who, case_id),
            dict(self._revealed),
        )

    def _show(self, shown: Shown) -> None:
        words, case = self._words, shown.detail.view
        at = self.window().focusWidget()
        focused, scanning = self.isAncestorOf(at or self), isinstance(at, ScanLine)
        self._shown = shown
        under = "  ·  ".join(part for part in (case.number, " / ".join(case.place_path)) if part)
        self.set_title(case.title, under)
        self.set_state(*state_badges(words, shown.detail))
        buttons = move_buttons(words, shown.moves, self._open_move)
        self._menu_button = IconButton("ellipsis", words("casework.act.menu"), key=".", on=self._open_menu)
        fitting = in_header(buttons)
        self.set_acts(*buttons[:fitting], *([self._menu_button] if self._acts() else []))
        doing = Doing(self._page, self._visit, self._visit_abnormal, self._unlink, self._reveal)
        self.set_sections(*self._undo(shown), *sections(self._context, shown, buttons[fitting:], doing))
        self._set_keys()
        self.show()
        if scanning:
            # The old line is still there until Qt turns; the new one was shown last.
            self._go_on_scanning()
        elif focused:
            self._page.setFocus()
            self._page.focusNextChild()

    def _go_on_scanning(self) -> None:
        lines = [line for line in self.findChildren(ScanLine) if not line.isHidden()]
        if lines:
            lines[-1].setFocus()

    def _undo(self, shown: Shown) -> list[QWidget]:
        """For a minute, the last act can be taken back."""
        self._no_more_undo.stop()
        until, acts = shown.detail.undo_until, [step for step in shown.detail.timeline if step.op != LOOKED]
        if "undo" not in shown.can or until is None or not acts:
            return []
        left = (until - self._context.console.clock.now()).total_seconds()
        self._no_more_undo.start(max(1, round(left * 1000) + 50))
        last = self._words.of(acts[-1].op_title)
        return [
            Banner(self._words("casework.act.just_done", act=last), "quiet", act=self._words("casework.act.undo"),
                   key="Ctrl+Z", on_act=self._take_back)
        ]  # fmt: skip

    # Acts

    def _acts(self) -> list[tuple[str, str, str, Callable[[], object]]]:
        """(name, words, key, what it does) of everything in the menu."""
        shown, words = self._shown, self._words
        if shown is None:
            return []
        may = set(shown.can) - {"undo", "visit"}
        detail, who = shown.detail, self._context.who
        if _has_personal(detail) and who.may("people.reveal"):
            may.add("reveal")
        if detail.view.closed_at is None and self._subtasks(detail):
            may.add("subtask")
        acts: list[tuple[str, str, str, Callable[[], object]]] = [
            (act, words(f"casework.act.{act}"), key, self._doing(act)) for act, key in KEYS.items() if act in may
        ]
        for number, one in enumerate(detail.definition.prints):
            key = "P" if number == 0 else f"Shift+P, {number + 1}" if number < 9 else ""
            acts.append(
                (
                    f"print/{one.name}",
                    words("casework.act.print", what=words.of(one.title)),
                    key,
                    self._printing(one.name),
                )
            )
        return acts

    def _set_keys(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        scan = [("scan", "", SCAN_KEY, self._go_on_scanning)] if self.findChildren(ScanLine) else []
        for _, _, key, do in [*self._acts(), *scan]:
            if key:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(do)
                self._shortcuts.append(shortcut)

    def menu(self) -> QMenu:
        """Every act that may be done, with its key."""
        made = QMenu(self)
        for name, text, key, do in self._acts():
            if name.startswith("print/") and made.actions() and not made.actions()[-1].data():
                made.addSeparator().setData("line")
            action = made.addAction(f"{no_mnemonic(text)}\t{key}" if key else no_mnemonic(text))
            action.triggered.connect(lambda _checked=False, do=do: do())
        return made

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._menu_button.mapToGlobal(QPoint(0, self._menu_button.height() + 4)))

    def _doing(self, act: str) -> Callable[[], object]:
        def do() -> None:
            shown = self._shown
            if shown is None:
                return
            if act == "resume":
                self._at_once("resume")
            elif act == "reveal":
                self._reveal()
            elif act == "subtask":
                self._open_subtask(shown.detail)
            else:
                self._hold(ActForm(self._page, self._context, shown.detail, act))

        return do

    def _open_move(self, move: Move) -> None:
        shown = self._shown
        if shown is None:
            return
        if asks_nothing(move):
            self._move_now(move)
        else:
            self._hold(MoveForm(self._page, self._context, shown.detail, move))

    @slot
    async def _move_now(self, move: Move) -> None:
        """A step that asks for nothing is taken at once, as it can be taken back."""
        context, words, case_id = self._context, self._words, self._case_id
        try:
            case = await in_background(context.console.cases.move, context.who, case_id, move.name)
        except LinliError as error:
            context.shell.say(refused_words(words, error))
        else:
            context.shell.say(words("cases.page.moved", number=case.number, state=words.of(case.state_title)))
        self.refresh()

    def _subtasks(self, detail: CaseDetail) -> list[CaseDefinition]:
        known = self._context.console.cases.definitions()
        wanted = [known[name] for name in detail.definition.subtasks if name in known]
        return [one for one in wanted if self._context.who.may(one.opening.permission)]

    def _open_subtask(self, detail: CaseDetail) -> None:
        kinds = self._subtasks(detail)
        if len(kinds) == 1:
            self._open_under(detail, kinds[0])
            return
        chooser = KindChooser(self._page, self._context, kinds)
        chooser.chosen.connect(lambda definition: self._open_under(detail, definition))
        self._hold(chooser)

    def _open_under(self, detail: CaseDetail, definition: CaseDefinition) -> None:
        case = detail.view
        start = Start(case.title, case.place_id or "", case.thing_id or "", case.asset_id or "", parent=case)
        form = OpenForm(self._page, self._context, definition, start)
        form.opened.connect(self.opened)
        self._hold(form)

    def _reveal(self, field: str = "") -> None:
        if self._shown is not None:
            self._hold(RevealForm(self._page, self._context, self._shown.detail, self._told, field))

    def _told(self, title: str, value: str) -> None:
        self._revealed[title] = value
        self.refresh()

    def _visit(self, code: str, way: str) -> None:
        self._visit_now(code, way)

    @slot
    async def _visit_now(self, code: str, way: str) -> None:
        shown = self._shown
        field = round_field(shown.detail) if shown else None
        if shown is None or field is None:
            return
        context, words = self._context, self._words
        try:
            await in_background(
                lambda: context.console.case_acts.visit(context.who, shown.detail.view.id, field.name, code, way=way)
            )
        except LinliError as error:
            context.shell.say(
                words("casework.round.unknown", code=code) if error.code == "invalid" else words.told(error)
            )
        else:
            context.shell.say(words("casework.round.noted", code=code))
        self.refresh()

    def _visit_abnormal(self, code: str, way: str) -> None:
        shown = self._shown
        field = round_field(shown.detail) if shown else None
        if shown is not None and field is not None:
            self._hold(VisitForm(self._page, self._context, shown.detail, field.name, code, way))

    @slot
    async def _unlink(self, other_id: str) -> None:
        """Takes a tie away; it can be tied again, or undone."""
        context = self._context
        try:
            await in_background(context.console.case_acts.unlink, context.who, self._case_id, other_id)
        except LinliError as error:
            context.shell.say(self._words.told(error))
        else:
            context.shell.say(self._words("casework.act.unlinked"))
        self.refresh()

    def _take_back(self) -> None:
        self._at_once("undo")

    @slot
    async def _at_once(self, act: str) -> None:
        """An act that asks nothing, as it can be taken back."""
        context, words, case_id = self._context, self._words, self._case_id
        acts = context.console.case_acts
        do = {"resume": acts.resume, "undo": acts.undo}[act]
        try:
            case = await in_background(do, context.who, case_id)
        except LinliError as error:
            context.shell.say(words.told(error))
        else:
            context.shell.say(words("casework.act.done", act=words(f"casework.act.{act}"), number=case.number))
        self.refresh()

    def _printing(self, name: str) -> Callable[[], object]:
        def make() -> None:
            shown = self._shown
            if shown is not None:
                context, case = self._context, shown.detail.view
                definition_print = next(one for one in shown.detail.definition.prints if one.name == name)
                stem = f"{self._words.of(definition_print.title)}_{case.number}.pdf"
                self._printer.print(
                    lambda: (stem, context.console.reports.case_print(context.who, case.id, name, context.words.lang))
                )

        return make

    # Forms

    def _hold(self, form: Form) -> None:
        """One form at a time."""
        self._form = form
        form.closed.connect(self._release)
        self.busy.emit(True)

    def _release(self, _form: QObject | None = None) -> None:
        self._form = None
        self.busy.emit(False)
        self.refresh()


def asks_nothing(move: Move) -> bool:
    """Whether there is nothing to fill in and nothing that should be thought about first."""
    return not move.fields and not move.needs.assignee and not move.needs.reason and move.tone != "danger"


def refused_words(words: Words, error: LinliError) -> str:
    """A step that was refused; who was faster is named."""
    if who := error.facts.get("who"):
        return words("casework.act.faster", who=who)
    return words.told(error)


def _has_personal(detail: CaseDetail) -> bool:
    return bool(detail.view.person_id) or any(
        is_personal(field) and detail.values.get(field.name) for field in detail.definition.fields
    )


def _still(shown: Shown) -> Shown:
    """What is shown without what only time changes: the clocks draw that themselves."""
    clocks = tuple(clock._replace(waited={}, standing="running") for clock in shown.detail.clocks)
    return dataclasses.replace(shown, detail=dataclasses.replace(shown.detail, clocks=clocks))
