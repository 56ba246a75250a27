"""The intake desk: whoever calls is found by a few letters, what is known of them stands beside, and a case is there with
one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.cases.definition import CaseDefinition
from desktop.cases.views import CaseView
from desktop.kernel.bus import Changed
from desktop.kernel.errors import Invalid, LinliError
from ui.aio import in_background, slot
from ui.cases.known import Known, read_known
from ui.intake.around import AroundPanel
from ui.intake.caller import CallerBox
from ui.intake.callers import Caller, read_around
from ui.intake.fields import DeskFields
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.layout import clear, column, framed, row
from ui.parts.page import Page
from ui.parts.pictures import Picture
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.shell.context import Context

USUAL = "repair"
"""What is registered most stands first and is chosen from the start."""

_WIDE, _BESIDE = 620, 400


class IntakePage(Page):
    """One form, always ready for the next call. Nothing typed goes before it is registered or cleared."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("intake.title"))
        self._known: Known | None = None
        self._fields: dict[str, DeskFields] = {}
        self._kinds = {one.name: one for one in desk_kinds(context)}
        if not self._kinds:
            self.show_state("no_permission", words("intake.no_kinds"), words("intake.no_kinds_text"))
            return
        self._made_case = ""
        self.box = CallerBox(context)
        self.box.picked.connect(self._picked)
        self.box.changed.connect(self._someone_else)
        self.around = AroundPanel(context)
        self.around.urged.connect(self._urge)
        self.around.opened.connect(lambda case: context.shell.go("cases", case.id))
        titles = [(one.name, words.of(one.title)) for one in self._kinds.values()]
        self.chips = FilterChips(titles, words("intake.kinds"))
        self.chips.chosen.connect(self._change_kind)
        self.filters.addWidget(self.chips)
        for number, (name, _) in enumerate(titles[:8], 2):
            shortcut = QShortcut(QKeySequence(f"F{number}"), self)
            shortcut.activated.connect(lambda name=name: self.chips.choose(name))
        self.register = Button(words("intake.register"), "primary", key="Ctrl+Return", on=self._register)
        self.toolbar.addWidget(Button(words("intake.clear"), "plain", key="Ctrl+Backspace", on=self._clear))
        self.toolbar.addWidget(self.register)
        self._problem = Label("", "secondary", tone="critical", wrap=True)
        self._problem.hide()
        self._result = framed("notice-quiet")
        self._result.hide()
        self._room = column(spacing=0)
        self.set_body(self._laid_out())
        self._places = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, False, self._places.ask)
        )
        self._near = Refresh(self, self._load_around, context.shell.tell)
        context.bridge.on(Changed, self._changed, self)
        self._places.ask()

    def _laid_out(self) -> QWidget:
        form = QWidget()
        hint = Label(self._words("intake.hints", last=len(self._kinds) + 1), "caption")
        form.setLayout(
            column(self._result, self.box, self._room, self._problem, hint, None, spacing=6, margins=(24, 0, 16, 16))
        )
        form.setAutoFillBackground(False)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(form)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setMaximumWidth(_WIDE + 100)
        self.around.setMinimumWidth(_BESIDE)
        self.around.setMaximumWidth(_WIDE)
        body = QWidget()
        layout = row(scroll, self.around, None, spacing=8)
        # Wide screens leave room at the right, and none anywhere else.
        layout.setStretch(0, 300)
        layout.setStretch(1, 200)
        body.setLayout(layout)
        return body

    def focusNextPrevChild(self, next: bool) -> bool:
        """Whoever comes to the page comes to the box."""
        if self._kinds and self.window().focusWidget() is self:
            self.box.line.setFocus()
            return True
        return super().focusNextPrevChild(next)

    # Loading

    async def _load(self) -> None:
        self._known = await in_background(read_known, self._context, {"place", "thing"})
        self.box.set_known(self._known)
        self._change_kind(self.chips.current())

    def _changed(self, event: Changed) -> None:
        if event.touches("case"):
            self._near.ask()
        if event.touches("place", "community"):
            self._places.ask()

    async def _load_around(self) -> None:
        caller = self._about()
        if caller is None:
            self.around.show_nothing()
            return
        around = await in_background(read_around, self._context, caller)
        # Somebody else was chosen meanwhile: that was asked for too.
        if caller == self._about():
            self.around.show_around(caller, around)

    def _about(self) -> Caller | None:
        """Who calls, about the place that stands in the form."""
        chosen, fields = self.box.caller(), self.fields()
        place = fields.place_id() if fields is not None else ""
        if chosen is None and not place:
            return None
        chosen = chosen or Caller()
        title = fields.place_title() if fields is not None and place else chosen.place
        return Caller(chosen.person_id, chosen.name, chosen.phone, place or chosen.place_id, title)

    # Filling in

    def fields(self) -> DeskFields | None:
        """The fields of the chosen kind."""
        return self._fields.get(self.chips.current())

    def _change_kind(self, name: str) -> None:
        if self._known is None:
            return
        before = next((one for one in self._fields.values() if not one.isHidden()), None)
        after = self._fields.get(name)
        if after is None:
            after = self._fields[name] = DeskFields(self._context, self._kinds[name], self._known, self)
            after.place_changed.connect(self._near.ask)
            self._room.addWidget(after)
        if before is not None and before is not after:
            if (caller := self.box.caller()) is not None:
                after.take_caller(caller)
            before.carry_to(after)
            before.hide()
        after.show()

    def _picked(self) -> None:
        caller, fields = self.box.caller(), self.fields()
        if caller is None or fields is None:
            return
        self._result.hide()
        fields.take_caller(caller)
        if not self.box.by_tab:
            fields.focus_next()
        self._near.ask()

    def _someone_else(self) -> None:
        if not self.box.line.text():
            self._near.ask()

    def _clear(self) -> None:
        """Ready for the next call."""
        before = self.fields()
        stays = before.choices() if before is not None else {}
        for fields in self._fields.values():
            fields.hide()
            self._room.removeWidget(fields)
            fields.deleteLater()
        self._fields = {}
        self.box.clear()
        self._say_problem("")
        self.around.show_nothing()
        self._change_kind(self.chips.current())
        if (after := self.fields()) is not None:
            after.take_choices(stays)
        self.box.line.setFocus()

    # Acts

    @slot
    async def _register(self) -> None:
        fields = self.fields()
        # A key pressed twice comes here twice.
        if fields is None or not self.register.isEnabled():
            return
        self._say_problem("")
        caller = self.box.caller()
        if caller is not None and not caller.person_id and fields.place_id() == "" and caller.place_id:
            fields.take_caller(caller)
        if caller is not None and caller.is_new:
            fields.take_new(caller)
        if not fields.will_do():
            return
        if caller is None and not fields.place_id():
            self.box.set_error(self._words("intake.unknown"))
            self.box.line.setFocus()
            return
        self.register.setEnabled(False)
        try:
            case, twin, untied = await in_background(
                self._open, fields.definition, caller, fields.given(), self.around.duplicate()
            )
        except Invalid as error:
            self._wrong(fields, error)
        except LinliError as error:
            self._say_problem(self._words.told(error))
        else:
            self._clear()
            self._show_result(case, twin)
            if untied is not None:
                why = self._words.told(untied)
                self._say_problem(self._words("intake.not_linked", number=case.number, why=why))
        finally:
            self.register.setEnabled(True)

    def _open(
        self, definition: CaseDefinition, caller: Caller | None, given: dict[str, Any], twin_id: str
    ) -> tuple[CaseView, CaseView | None, LinliError | None]:
        """Registers, and ties it to the case that it is a duplicate of; why that failed where it did, for by then the case
        is there and must not be registered again. Waits for the disk."""
        console, who = self._context.console, self._context.who
        person = caller.person_id if caller is not None and definition.opening.person != "no" else ""
        case = console.cases.open(
            who, definition.name, **{**given, "person_id": person or None, "fields": self._kept(given["fields"])}
        )
        if not twin_id:
            return case, None, None
        try:
            console.case_acts.link(who, case.id, twin_id, "duplicate")
            return case, console.cases.get(twin_id).view, None
        except LinliError as error:
            return case, None, error

    def _kept(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Keeps the new pictures; gives the fields as the service takes them."""

        def kept(value: object) -> object:
            if isinstance(value, Picture):
                return self._context.console.cases.keep_picture(self._context.who, value.data, value.media)
            return [kept(one) for one in value] if isinstance(value, list) else value

        return {name: kept(value) for name, value in fields.items()}

    @slot
    async def _urge(self, case: CaseView) -> None:
        """They call about what is being done already: counted there, and no second case is made."""
        fields, words = self.fields(), self._words
        said = fields.words_of_caller() if fields is not None else ""
        try:
            done = await in_background(
                self._context.console.case_acts.urge,
                self._context.who,
                case.id,
                said or words("intake.around.urge_words"),
            )
        except LinliError as error:
            self._say_problem(words.told(error))
            return
        self._clear()
        self._context.shell.say(words("intake.around.urged_it", number=done.number, n=done.urged))

    # What came of it

    def _wrong(self, fields: DeskFields, error: Invalid) -> None:
        """Beside the field it is about; everything that was typed stays."""
        why = self._words(f"cases.problem.{error.facts.get('why', 'unreadable')}")
        made = fields.inputs.get(error.field)
        if made is None:
            self._say_problem(why)
        else:
            made.setVisible(True)
            made.set_error(why)
            made.input.setFocus()

    def _say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _show_result(self, case: CaseView, twin: CaseView | None) -> None:
        words, layout = self._words, self._result.layout()
        number = Label(case.number, "figure", tabular=True)
        number.set_selectable()
        told = words("intake.registered_note", kind=words.of(case.definition_title), title=case.title)
        lines: list[QWidget] = [
            Label(words("intake.registered"), "secondary"),
            number,
            Label(told, "secondary", elide=True),
        ]
        if twin is not None:
            lines.append(Label(words("intake.linked_note", number=twin.number), "secondary", elide=True))
        see = Button(words("intake.open_it"), "plain", on=lambda: self._context.shell.go("cases", case.id))
        inside = QWidget()
        inside.setLayout(row(column(*lines, spacing=2), None, see))
        if layout is None:
            self._result.setLayout(column(inside, margins=(16, 12, 12, 12)))
        else:
            clear(layout)
            cast("Any", layout).addWidget(inside)
        self._result.setAccessibleName(f"{words('intake.registered')} {case.number}")
        self._result.show()


def desk_kinds(context: Context) -> list[CaseDefinition]:
    """What residents come to the desk with and this person may register, the usual one first."""
    kinds = [
        one
        for one in context.console.cases.definitions().values()
        if one.group == "service" and _is_somebodys(one) and context.who.may(one.opening.permission)
    ]
    return sorted(kinds, key=lambda one: (one.name != USUAL, context.words.of(one.title)))


def _is_somebodys(definition: CaseDefinition) -> bool:
    """Whether cases of the kind are told by somebody: it keeps a name or a phone of who is not in the books."""
    asked = map(definition.field, (*definition.opening.needs, *definition.opening.takes))
    return definition.opening.person != "no" and any(field is not None and field.personal for field in asked)
