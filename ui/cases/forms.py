"""The forms of opening and moving a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.views import CaseDetail
from desktop.kernel.errors import Invalid, LinliError, NotFound
from desktop.people.views import StaffView
from desktop.places.views import PlaceNode
from ui.aio import in_background, slot
from ui.cases.checklist import Input, all_will_do
from ui.cases.fields import Finder, choice, field_for, given_by, text_field, text_of
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.shell.context import Context

Work = Callable[[], str]
"""What is run in the background; answers what to say."""


class CaseForm(QObject):
    """Fields in a side panel, sent to a service in the background; an Invalid answer stands beside its field.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host)
        self.context, self.words = context, context.words
        self.fields: dict[str, Input] = {}
        self.panel: SidePanel | None = None
        self._host = host

    def lay_out(self, fields: dict[str, Input], title: str, act: str, note: str, *, danger: bool = False) -> None:
        """Shows the form."""
        self.fields = fields
        content = QWidget()
        content.setLayout(column(*fields.values(), spacing=10))
        self.panel = SidePanel(
            self._host, title, content, act=act, on_act=self._send, cancel=self.words("parts.cancel"), note=note,
            kind="danger" if danger else "primary",
        )  # fmt: skip
        self.panel.closed.connect(self.end)

    def end(self) -> None:
        """The form is gone, shown or not."""
        self.closed.emit()
        self.deleteLater()

    def work(self) -> Work:
        """Reads the fields, here on the UI thread, and gives what is to be done with them."""
        raise NotImplementedError

    def done(self) -> None:
        """It was done; the form is still there."""

    @slot
    async def _send(self) -> None:
        panel = self.panel
        # A key pressed twice comes here twice.
        if panel is None or not panel.act.isEnabled() or not all_will_do(*self.fields.values()):
            return
        panel.act.setEnabled(False)
        panel.set_problem("")
        try:
            said = await in_background(self.work())
        except Invalid as error:
            self._wrong(panel, error)
            return
        except LinliError as error:
            panel.set_problem(self.words.told(error))
            return
        finally:
            panel.act.setEnabled(True)
        self.done()
        panel.close_panel()
        self.context.shell.say(said)

    def _wrong(self, panel: SidePanel, error: Invalid) -> None:
        why = self.words(f"cases.problem.{error.facts.get('why', 'unreadable')}")
        field = self.fields.get(error.field)
        if field is None:
            panel.set_problem(why)
        else:
            field.set_error(why)
            field.input.setFocus()


class MoveForm(CaseForm):
    """Everything one move needs: fields, who gets it, why. A move that needs nothing is confirmed here too, where it is
    said what it leads to."""

    def __init__(self, host: QWidget, context: Context, detail: CaseDetail, move: Move) -> None:
        super().__init__(host, context)
        self._detail, self._move = detail, move
        self._begin()

    @slot
    async def _begin(self) -> None:
        words, move = self.words, self._move
        staff: list[StaffView] = []
        try:
            if move.needs.assignee:
                staff = await in_background(self.context.console.people.staff)
        except Exception:
            self.end()
            raise
        target = self._detail.definition.state(move.to)
        state = words.of(target.title) if target else move.to
        note = words("cases.page.leads_to", number=self._detail.view.number, state=state)
        title = words.of(move.title)
        self.lay_out(dict(self._inputs(staff)), title, title, note, danger=move.tone == "danger")

    def _inputs(self, staff: list[StaffView]) -> Iterator[tuple[str, Input]]:
        words, move, now = self.words, self._move, self.context.console.clock.now()
        if move.needs.assignee:
            others = [one for one in staff if one.operator_id != self._detail.view.assignee_id]
            names = {one.operator_id: f"{one.name}  {one.post}".strip() for one in others}
            yield "assignee", choice(words, words("cases.column.assignee_id"), names, needed=True)
        for name in move.fields:
            if (field := self._detail.definition.field(name)) is not None:
                yield name, field_for(words, field, name in move.needs.fields, now, self._detail.values.get(name))
        yield "reason", text_field(words, words("cases.page.reason"), move.needs.reason, lines=True)

    def work(self) -> Work:
        context, words, move, case = self.context, self.words, self._move, self._detail.view
        given = _given(self._detail.definition, self.fields, move.fields)
        assignee = text_of(self.fields["assignee"]) if "assignee" in self.fields else None
        reason = text_of(self.fields["reason"]).strip() or None

        def send() -> str:
            moved = context.console.cases.move(
                context.who, case.id, move.name, fields=given, assignee_id=assignee, reason=reason
            )
            return words("cases.page.moved", number=moved.number, state=words.of(moved.state_title))

        return send


class OpenForm(CaseForm):
    """A new case: what it is, on which device, where, how pressing, and the fields that opening takes.

    Signals:
        opened(case id): it is there.
    """

    opened = Signal(str)

    def __init__(self, host: QWidget, context: Context, definition: CaseDefinition) -> None:
        super().__init__(host, context)
        self._definition = definition
        self._made = ""
        self._begin()

    @slot
    async def _begin(self) -> None:
        words, definition = self.words, self._definition
        try:
            places = dict(_places(await in_background(self.context.console.places.tree)))
        except NotFound:
            places = {}
        except Exception:
            self.end()
            raise
        things = {
            f"{view.name} {' / '.join(view.place_path)}".strip(): view.id for view in self.context.console.things.all()
        }
        self._thing = Finder(words, words("cases.page.thing"), words("cases.page.thing_hint"), things)
        self._place = Finder(words, words("cases.column.place_id"), words("cases.page.place_hint"), places)
        urgencies = {one.name: words.of(one.title) for one in definition.urgencies}
        fields: dict[str, Input] = {
            "title": text_field(words, words("cases.column.title"), needed=True),
            "thing": self._thing.field,
            "place": self._place.field,
            "urgency": choice(words, words("cases.column.urgency"), urgencies, needed=True, chosen="normal"),
        }
        now, needs = self.context.console.clock.now(), definition.opening.needs
        for name in (*needs, *definition.opening.takes):
            # The alarm is filled in where a case is made from one.
            if name != "alarm" and (field := definition.field(name)) is not None:
                fields[name] = field_for(words, field, name in needs, now)
        self.lay_out(fields, words("cases.page.new"), words("cases.page.open_it"), words.of(definition.title))

    def work(self) -> Work:
        context, words, definition = self.context, self.words, self._definition
        given = _given(definition, self.fields, tuple(self.fields))
        title, urgency = text_of(self.fields["title"]).strip(), text_of(self.fields["urgency"])
        thing_id, place_id = self._thing.chosen(), self._place.chosen()
        if place_id is None and thing_id and (thing := context.console.things.get(thing_id)):
            place_id = thing.place_id

        def send() -> str:
            case = context.console.cases.open(
                context.who, definition.name, title, thing_id=thing_id, place_id=place_id, urgency=urgency, fields=given
            )
            self._made = case.id
            return words("cases.page.opened_it", number=case.number)

        return send

    def done(self) -> None:
        self.opened.emit(self._made)


def _given(definition: CaseDefinition, forms: Mapping[str, Input], names: tuple[str, ...]) -> dict[str, object]:
    """The definition's fields that were filled in."""
    return {
        name: value
        for name in names
        if (field := definition.field(name)) and (value := given_by(field, forms[name])) is not None
    }


def _places(node: PlaceNode) -> Iterator[tuple[str, str]]:
    """Every place under a node as "3-2-1201 3号楼 / 2单元 / 1201室", with its id."""

    def walk(node: PlaceNode, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        path = (*above, node.name)
        yield f"{node.code} {' / '.join(path)}", node.id
        for child in node.children:
            yield from walk(child, path)

    for child in node.children:
        yield from walk(child, ())
