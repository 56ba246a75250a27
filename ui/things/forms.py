"""Acts of the devices page in a side panel: placing a thing, and taking it out of service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QWidget

from desktop.kernel.errors import Invalid, LinliError
from desktop.places.views import PlaceNode
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.shell.context import Context


class SideForm(QObject):
    """Fields in a side panel; the service is called in the background and its refusal told beside what it is about."""

    wide = False
    """Whether the panel is the wide one, for forms with a table in them."""

    def __init__(
        self,
        host: QWidget,
        context: Context,
        title: str,
        act: str,
        note: str,
        fields: list[FormField],
        more: Sequence[QWidget] = (),
    ) -> None:
        super().__init__(host)
        self.context, self.words, self.fields = context, context.words, fields
        content = QWidget()
        content.setLayout(column(*more, *fields, spacing=10))
        self.panel = SidePanel(
            host, title, content, act=act, on_act=self._send, cancel=self.words("parts.cancel"), note=note,
            wide=self.wide,
        )  # fmt: skip
        self.panel.closed.connect(self.deleteLater)

    def work(self) -> Callable[[], None]:
        """What to run in the background; reads the fields on the UI thread."""
        raise NotImplementedError

    def said(self) -> str:
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether everything is filled in as it must be; what is wrong is marked."""
        return check_all(*self.fields)

    def refused(self, error: Invalid) -> None:
        """The service does not take a field: it is told beside it."""
        self.fields[0].set_error(self.words.told(error))

    @slot
    async def _send(self) -> None:
        if not self.ready():
            return
        self.panel.act.setEnabled(False)
        try:
            await in_background(self.work())
        except Invalid as error:
            self.panel.act.setEnabled(True)
            self.refused(error)
            return
        except LinliError as error:
            self.panel.act.setEnabled(True)
            self.panel.set_problem(self.told(error))
            return
        said = self.said()
        self.panel.close_panel()
        self.tell(said)

    def told(self, error: LinliError) -> str:
        """What a refusal says that is about no one field."""
        return self.words.told(error)

    def tell(self, said: str) -> None:
        """Says what was done; with a way back where a form has one."""
        self.context.shell.say(said)


class PlaceForm(SideForm):
    """Where a thing stands and what the office calls it. The place is typed: its code, or a part of its name."""

    def __init__(self, host: QWidget, context: Context, view: ThingView, tree: PlaceNode) -> None:
        words = context.words
        self._view = view
        self._by_text = {text: id_ for id_, text, _ in _flat(tree)}
        self._by_code = {code.casefold(): id_ for id_, _, code in _flat(tree)}
        current = next((text for id_, text, _ in _flat(tree) if id_ == view.place_id), "")
        place = QLineEdit(current)
        completer = QCompleter(list(self._by_text), place)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(10)
        place.setCompleter(completer)
        name = QLineEdit(view.name)
        name.setMaxLength(60)

        def rule(text: str) -> str:
            return "" if not text.strip() or self._place(text) else words("things.form.no_such_place")

        self._place_field = FormField(
            words("things.form.place"), place, hint=words("things.form.place_hint"), rule=rule
        )
        self._name_field = FormField(words("things.form.name"), name, hint=words("things.form.name_hint"))
        super().__init__(
            host, context, words("things.form.place_title"), words("things.form.save"), view.name,
            [self._place_field, self._name_field],
        )  # fmt: skip

    def _place(self, text: str) -> str | None:
        return self._by_text.get(text.strip()) or self._by_code.get(text.strip().casefold())

    def work(self) -> Callable[[], None]:
        place, name = self._place(self._place_field.text()), self._name_field.text().strip()
        own = "" if name == self._view.thing.name else name
        return lambda: self.context.console.things.assign(self.context.who, self._view.id, place, own)

    def said(self) -> str:
        return self.words("things.form.placed", name=self._name_field.text().strip() or self._view.thing.name)


class ServiceForm(SideForm):
    """Taking a thing out of service, with its reason, or putting it back."""

    def __init__(self, host: QWidget, context: Context, view: ThingView) -> None:
        words = context.words
        self._view = view
        key = "in" if view.out_of_service else "out"
        reason = QPlainTextEdit()
        reason.setFixedHeight(84)
        needed = not view.out_of_service
        self._reason = FormField(
            words("things.form.reason"), reason, hint=words(f"things.form.{key}_hint"),
            rule=lambda text: "" if text.strip() or not needed else words("things.form.reason_missing"),
        )  # fmt: skip
        super().__init__(
            host, context, words(f"things.form.{key}_title"), words(f"things.form.{key}_act"), view.name, [self._reason]
        )

    def work(self) -> Callable[[], None]:
        out, reason = not self._view.out_of_service, self._reason.text()
        return lambda: self.context.console.things.set_out_of_service(self.context.who, self._view.id, out, reason)

    def said(self) -> str:
        key = "back_in_service" if self._view.out_of_service else "taken_out"
        return self.words(f"things.form.{key}", name=self._view.name)


def _flat(node: PlaceNode, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """(id, "3-2  3 栋 / 2 单元", code) of every place below the community."""
    for child in node.children:
        names = (*path, child.name)
        yield child.id, f"{child.code}  {' / '.join(names)}", child.code
        yield from _flat(child, names)
