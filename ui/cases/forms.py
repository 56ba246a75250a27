"""The forms of opening and moving a case, drawn from its definition: no kind has a form of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.cases.definition import CaseDefinition, CaseField, Move
from desktop.cases.views import CaseDetail
from desktop.kernel.errors import Invalid, LinliError
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.sidepanel import SidePanel
from ui.parts.when import local, read_local
from ui.shell.context import Context

TIME_FORM = "%Y-%m-%d %H:%M"


def field_for(words: Words, field: CaseField, needed: bool, now: datetime) -> FormField:
    """The input of one field, with its rule."""
    if field.type == "choice":
        box = QComboBox()
        if not needed:
            box.addItem("—", "")
        for name, title in field.options.items():
            box.addItem(words.of(title), name)
        input_: QComboBox | QLineEdit | QPlainTextEdit = box
    elif field.type == "text" and field.max_length > 200:
        input_ = _paragraphs()
    else:
        input_ = QLineEdit(f"{local(now):{TIME_FORM}}" if field.type == "date-time" and needed else "")

    def rule(text: str) -> str:
        if not text.strip():
            return words("cases.problem.missing") if needed else ""
        if field.type == "number" and _number(text) is None:
            return words("cases.problem.not_a_number")
        if field.type == "date-time" and read_local(text) is None:
            return words("cases.problem.not_a_time")
        return words("cases.problem.too_long") if len(text) > field.max_length else ""

    label = words.of(field.title) + ("" if needed else words("cases.page.optional"))
    hint = words.of(field.hint) if field.hint else ""
    return FormField(label, input_, hint=hint, unit=field.unit, rule=rule)


def _paragraphs() -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setFixedHeight(84)
    return box


def value_of(field: CaseField, form: FormField) -> object:
    """What the service is given; None for what was left empty."""
    text = form.text().strip()
    if not text:
        return None
    if field.type == "number":
        return _number(text)
    if field.type == "date-time":
        at = read_local(text)
        return at.astimezone(UTC).isoformat() if at else None
    return text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class _CaseForm(QObject):
    """Fields in a side panel, sent to a service in the background; an Invalid answer stands beside its field."""

    def __init__(self, host: QWidget, context: Context, title: str, act: str, note: str, danger: bool = False) -> None:
        super().__init__(host)
        self.context, self.words = context, context.words
        self.fields: dict[str, FormField] = {}
        self._host, self._title, self._act, self._note, self._danger = host, title, act, note, danger

    def lay_out(self, fields: dict[str, FormField]) -> None:
        self.fields = fields
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for field in fields.values():
            layout.addWidget(field)
        self._panel = SidePanel(
            self._host, self._title, content, act=self._act, on_act=self._send, cancel=self.words("parts.cancel"),
            note=self._note, kind="danger" if self._danger else "primary",
        )  # fmt: skip
        self._panel.closed.connect(self.deleteLater)

    def send(self) -> str:
        """Calls the service, on a background thread; answers what to say."""
        raise NotImplementedError

    @slot
    async def _send(self) -> None:
        if not check_all(*self.fields.values()):
            return
        self._panel.act.setEnabled(False)
        try:
            said = await in_background(self.send)
        except Invalid as error:
            self._panel.act.setEnabled(True)
            self._wrong(error)
            return
        except LinliError as error:
            self._panel.act.setEnabled(True)
            self._panel.set_problem(self.words.told(error))
            return
        self._panel.close_panel()
        self.context.shell.say(said)

    def _wrong(self, error: Invalid) -> None:
        why = self.words(f"cases.problem.{error.facts.get('why', 'unreadable')}")
        field = self.fields.get(error.field)
        if field is None:
            self._panel.set_problem(why)
        else:
            field.set_error(why)
            field.input.setFocus()


class MoveForm(_CaseForm):
    """Everything one move needs: fields, who gets it, why. A move that needs nothing still asks to be confirmed here,
    where its consequence can be read."""

    def __init__(self, host: QWidget, context: Context, detail: CaseDetail, move: Move) -> None:
        words = context.words
        title = words.of(move.title)
        target = detail.definition.state(move.to)
        note = words(
            "cases.page.leads_to", number=detail.view.number, state=words.of(target.title) if target else move.to
        )
        super().__init__(host, context, title, title, note, move.tone == "danger")
        self._detail, self._move = detail, move
        self._staff: Sequence[tuple[str, str]] = ()
        self._begin()

    @slot
    async def _begin(self) -> None:
        if self._move.needs.assignee:
            staff = await in_background(self.context.console.people.staff)
            self._staff = [(one.operator_id, f"{one.name}  {one.post}".strip()) for one in staff]
        self.lay_out(self._inputs())

    def _inputs(self) -> dict[str, FormField]:
        words, move, now = self.words, self._move, self.context.console.clock.now()
        fields: dict[str, FormField] = {}
        if move.needs.assignee:
            box = QComboBox()
            for operator_id, name in self._staff:
                box.addItem(name, operator_id)
            fields["assignee"] = FormField(
                words("cases.column.assignee_id"), box, rule=lambda text: "" if text else "—"
            )
        for name in move.fields:
            if (field := self._detail.definition.field(name)) is not None:
                fields[name] = field_for(words, field, name in move.needs.fields, now)
        missing = words("cases.problem.missing")
        reason = _paragraphs()
        needed = move.needs.reason
        label = words("cases.page.reason") + ("" if needed else words("cases.page.optional"))
        fields["reason"] = FormField(
            label, reason, rule=(lambda text: "" if text.strip() else missing) if needed else None
        )
        return fields

    def send(self) -> str:
        given = {
            name: value
            for name in self._move.fields
            if (field := self._detail.definition.field(name))
            and (value := value_of(field, self.fields[name])) is not None
        }
        assignee = self.fields["assignee"].text() if "assignee" in self.fields else None
        case = self.context.console.cases.move(
            self.context.who, self._detail.view.id, self._move.name, fields=given, assignee_id=assignee,
            reason=self.fields["reason"].text().strip() or None,
        )  # fmt: skip
        return self.words("cases.page.moved", number=case.number, state=self.words.of(case.state_title))


class OpenForm(_CaseForm):
    """A new case of the first definition there is; its title, place, urgency and the fields that opening takes."""

    def __init__(self, host: QWidget, context: Context) -> None:
        words = context.words
        definition: CaseDefinition = next(iter(context.console.cases.definitions().values()))
        super().__init__(
            host, context, words("cases.page.new"), words("cases.page.open_it"), words.of(definition.title)
        )
        self._definition = definition
        missing = words("cases.problem.missing")
        urgency = QComboBox()
        for one in definition.urgencies:
            urgency.addItem(words.of(one.title), one.name)
        urgency.setCurrentIndex(max(0, urgency.findData("normal")))
        fields = {
            "title": FormField(words("cases.column.title"), QLineEdit(), rule=lambda t: "" if t.strip() else missing),
            "place": FormField(
                words("cases.column.place_id") + words("cases.page.optional"),
                QLineEdit(),
                hint=words("cases.page.place_hint"),
            ),
            "urgency": FormField(words("cases.column.urgency"), urgency),
        }
        now = context.console.clock.now()
        for name in (*definition.opening.needs, *definition.opening.takes):
            field = definition.field(name)
            if field is not None and name != "alarm":
                fields[name] = field_for(words, field, name in definition.opening.needs, now)
        self.lay_out(fields)

    def send(self) -> str:
        console, definition = self.context.console, self._definition
        code = self.fields["place"].text().strip()
        place = console.places.by_code(code) if code else None
        if code and place is None:
            raise Invalid(f"no place {code}", "place", why="no_such_place")
        given = {
            name: value
            for name, form in self.fields.items()
            if (field := definition.field(name)) and (value := value_of(field, form)) is not None
        }
        case = console.cases.open(
            self.context.who, definition.name, self.fields["title"].text().strip(), place_id=place.id if place else None,
            urgency=self.fields["urgency"].text(), fields=given,
        )  # fmt: skip
        return self.words("cases.page.opened_it", number=case.number)
