"""Putting somebody on duty, in a side panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.kernel.errors import Invalid, LinliError, Refused
from desktop.people.duty import POSTS, Post
from desktop.people.views import StaffView
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.parts.when import local, read_local
from ui.shell.context import Context

HOURS = 12
"""How long a proposed turn lasts."""


class TurnForm(QObject):
    """Who, at which post, from when until when.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(
        self, host: QWidget, context: Context, staff: Sequence[StaffView], post: Post, begins_at: datetime
    ) -> None:
        """The staff of the post stand first: that is who is looked for."""
        super().__init__(host)
        self._context = context
        words = context.words
        self._who, at_post = QComboBox(), QComboBox()
        for one in sorted(staff, key=lambda one: (one.post != post, one.name)):
            self._who.addItem(one.name, one.operator_id)
        for each in POSTS:
            at_post.addItem(words(f"duty.post.{each}"), each)
        at_post.setCurrentIndex(POSTS.index(post))
        until, hint = begins_at + timedelta(hours=HOURS), words("duty.time_hint")
        self._fields = {
            "operator": FormField(words("duty.who"), self._who),
            "post": FormField(words("duty.at_post"), at_post),
            "begins_at": FormField(words("duty.from"), QLineEdit(_written(begins_at)), hint=hint, rule=self._instant),
            "ends_at": FormField(words("duty.until"), QLineEdit(_written(until)), hint=hint, rule=self._instant),
        }
        content = QWidget()
        content.setLayout(column(*self._fields.values(), spacing=10))
        self._panel = SidePanel(
            host, words("duty.put"), content, act=words("duty.put"), on_act=self._put, cancel=words("parts.cancel"),
            note=words("duty.put_note"),
        )  # fmt: skip
        self._panel.closed.connect(self.closed)
        self._panel.closed.connect(self.deleteLater)

    @slot
    async def _put(self) -> None:
        # A key pressed twice comes here twice.
        if not self._panel.act.isEnabled() or not check_all(*self._fields.values()):
            return
        text = {name: field.text() for name, field in self._fields.items()}
        begins, ends = read_local(text["begins_at"]), read_local(text["ends_at"])
        if begins is None or ends is None:
            return
        self._panel.act.setEnabled(False)
        self._panel.set_problem("")
        duty, who = self._context.console.duty, self._context.who
        try:
            await in_background(duty.put, who, cast(Post, text["post"]), text["operator"], begins, ends)
        except LinliError as error:
            self._refused(error)
            return
        finally:
            self._panel.act.setEnabled(True)
        self._context.shell.say(self._context.words("duty.put_done", name=self._who.currentText()))
        self._panel.close_panel()

    def _refused(self, error: LinliError) -> None:
        """Beside the field it is about, in words that name the turn in the way."""
        words = self._context.words
        if isinstance(error, Refused) and error.facts.get("rule") == "overlap":
            times = {key: _written(datetime.fromisoformat(error.facts[key])) for key in ("begins_at", "ends_at")}
            self._panel.set_problem(words("duty.error.overlap", name=error.facts["name"], **times))
        elif isinstance(error, Invalid) and error.field in self._fields:
            self._fields[error.field].set_error(words(f"duty.error.{error.field}"))
            self._fields[error.field].input.setFocus()
        else:
            self._panel.set_problem(words.told(error))

    def _instant(self, text: str) -> str:
        return "" if read_local(text) else self._context.words("duty.no_time")


def _written(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"
