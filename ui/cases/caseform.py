"""A form about a case: fields in a side panel, sent in the background, and nothing lost when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.kernel.errors import Invalid, LinliError
from ui.aio import in_background, slot
from ui.cases.fields import Input, first_wrong
from ui.parts.layout import column
from ui.parts.pictures import Picture
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
        self._began: dict[str, object] = {}

    def lay_out(
        self, fields: dict[str, Input], title: str, act: str, note: str, *, danger: bool = False, wide: bool = False
    ) -> None:
        """Shows the form."""
        self.fields = fields
        content = QWidget()
        content.setLayout(column(*fields.values(), spacing=10))
        self._began = self.filled_in()
        self.weigh()
        self.panel = SidePanel(
            self._host, title, content, act=act, on_act=self._send, cancel=self.words("parts.cancel"), note=note,
            kind="danger" if danger else "primary", wide=wide, unsaved=self._unsaved,
        )  # fmt: skip
        self.panel.closed.connect(self.end)
        for field in fields.values():
            field.changed.connect(self.weigh)
        if first := next((field for field in fields.values() if not field.isHidden()), None):
            first.input.setFocus()

    def end(self) -> None:
        """The form is gone, shown or not."""
        self.closed.emit()
        self.deleteLater()

    def filled_in(self) -> dict[str, object]:
        """What every field holds now."""
        return {name: field.value() for name, field in self.fields.items()}

    def weigh(self) -> None:
        """Something was filled in: what is asked for may be another."""

    def work(self) -> Work:
        """Reads the fields, here on the UI thread, and gives what is to be done with them."""
        raise NotImplementedError

    def done(self) -> None:
        """It was done; the form is still there."""

    def keep(self, given: Mapping[str, object]) -> dict[str, object]:
        """Keeps the new pictures among the values, off the screen's thread; gives the values as the service takes them."""

        def kept(value: object) -> object:
            if isinstance(value, Picture):
                return self.context.console.cases.keep_picture(self.context.who, value.data, value.media)
            return [kept(one) for one in value] if isinstance(value, list) else value

        return {name: kept(value) for name, value in given.items()}

    def _unsaved(self) -> str:
        return self.words("casework.form.unsaved") if self.filled_in() != self._began else ""

    @slot
    async def _send(self) -> None:
        panel = self.panel
        # A key pressed twice comes here twice.
        if panel is None or not panel.act.isEnabled():
            return
        if (wrong := first_wrong(*self.fields.values())) is not None:
            wrong.input.setFocus()
            panel.reveal(wrong)
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
            field.setVisible(True)
            field.set_error(why)
            field.input.setFocus()
            panel.reveal(field)
