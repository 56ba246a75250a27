"""The accounts: who may sign in and with which roles; new ones, other passwords, off and on."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.kernel.bus import Changed
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from desktop.security.principal import require
from desktop.security.roles import roles
from desktop.security.views import OperatorView
from ui.aio import in_background
from ui.parts.badge import BadgeTone, Mark, StateBadge
from ui.parts.buttons import Button
from ui.parts.detail import DetailPanel, FactsList, paragraph, section
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import Column, DataTable
from ui.parts.value import one_line
from ui.parts.when import short, stamp
from ui.security.forms import AccountForm, NewAccountForm, PasswordForm, StateForm
from ui.security.roles import role_duty, role_name, role_names
from ui.shell.context import Context

MANAGE = "accounts.manage"
YIELDING = ("seen", "login")
"""Columns that give way in a narrow window, first to last; the detail has them too."""


class AccountsPage(ListPage):
    """A list with one account beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("security.accounts.title"))
        self._accounts: list[OperatorView] | None = None
        self._wanted = ""
        self._shown: OperatorView | None = None
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._accounts is not None, self._list.ask)
        )
        self._new = Button(words("security.accounts.new"), "primary", key="N", icon_name="user-plus", on=self._open_new)
        self.toolbar.addWidget(self._new)
        self._new.setHidden(not context.who.may(MANAGE))
        shape = columns(words, context.console.clock)
        self._table: DataTable[OperatorView] = DataTable(shape, lambda one: one.id, words("security.accounts.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._show)
        self._detail = DetailPanel()
        self._split = self.set_list(self._table, self._detail)
        self.land_on(self._table)
        self.set_count(words("parts.loading"))
        # A lock runs out while nothing happens.
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._list.ask)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._list.ask()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        self._wanted = key
        self._list.ask()

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("operator"):
            self._list.ask()

    async def _load(self) -> None:
        require(self._context.who, MANAGE)
        self._accounts = await in_background(self._context.console.accounts.operators)
        wanted, self._wanted = self._wanted, ""
        self._table.set_rows(self._accounts)
        self.set_count(str(len(self._accounts)))
        self.show_body()
        if wanted:
            self._table.select(wanted)
        self._table.select_first()
        self._show(self._table.selected())

    # The chosen account

    def _show(self, account: OperatorView | None) -> None:
        # Drawn anew only when something changed: the panel keeps its place, and a button its focus.
        if account == self._shown:
            return
        self._shown = account
        self._detail.setVisible(account is not None)
        if account is None:
            return
        focused = self._detail.isAncestorOf(self.window().focusWidget() or self)
        words, own = self._words, account.id == self._context.who.id
        self._detail.set_title(one_line(account.name), account.login)
        badges = [StateBadge(words(f"security.states.{account.state}"), "quiet", state_mark(account))]
        if account.locked_until is not None:
            badges.append(StateBadge(words("security.accounts.locked"), "high", "triangle"))
        if own:
            badges.append(StateBadge(words("security.accounts.you"), "quiet"))
        self._detail.set_state(*badges)
        self._detail.set_acts(*self._acts(account, own))
        facts: list[tuple[str, str | QWidget]] = [
            (words("security.accounts.seen"), seen_words(words, account)),
        ]
        if account.locked_until is not None:
            facts.append((words("security.accounts.locked_until"), stamp(account.locked_until)))
        held = [role for role in roles() if role in account.roles] + sorted(set(account.roles) - set(roles()))
        duties: list[tuple[str, str | QWidget]] = [(role_name(words, r), role_duty(words, r)) for r in held]
        sections = [
            section(words("security.accounts.facts"), FactsList(facts)),
            section(words("security.accounts.roles"), FactsList(duties)),
        ]
        if own:
            sections.append(paragraph(words("security.accounts.own_account")))
        self._detail.set_sections(*sections)
        if focused:
            self._table.setFocus()

    def _acts(self, account: OperatorView, own: bool) -> list[Button]:
        """Another password, and off or on; one's own account is switched off by somebody else."""
        words = self._words
        reset = Button(words("security.accounts.reset"), key="R", on=lambda: self._hold(
            PasswordForm(self, self._context, account)))  # fmt: skip
        if own:
            return [reset]
        to = "off" if account.state == "active" else "active"
        switch = Button(words(f"security.accounts.to_{to}"), "danger" if to == "off" else "quiet", key="O",
                        on=lambda: self._hold(StateForm(self, self._context, account)))  # fmt: skip
        return [reset, switch]

    # Forms

    def _open_new(self) -> None:
        form = NewAccountForm(self, self._context)
        form.made.connect(self.select_key)
        self._hold(form)

    def _hold(self, form: AccountForm) -> None:
        """One form at a time, and while it stands the keys of the page mean nothing: they are typed into it."""
        form.closed.connect(self._release)
        for part in (self._split, self._new):
            part.setEnabled(False)

    def _release(self) -> None:
        for part in (self._split, self._new):
            part.setEnabled(True)
        self._table.setFocus()


def columns(words: Words, clock: Clock) -> list[Column[OperatorView]]:
    """Name, login, roles, state, last seen, locked until."""
    return [
        Column("name", words("security.accounts.name"), lambda a: one_line(a.name), 96, "strong"),
        Column("login", words("signin.login"), lambda a: a.login, 124, "quiet"),
        Column("roles", words("security.accounts.roles"), lambda a: role_names(words, a.roles), 160, stretch=True),
        Column("state", words("security.accounts.state"), lambda a: words(f"security.states.{a.state}"), 72, "marked",
               mark=state_mark, tone=lambda _a: "quiet"),
        Column("seen", words("security.accounts.seen"),
               lambda a: short(a.last_seen, clock.now()) if a.last_seen else "—", 108, "figure",
               sort=lambda a: a.last_seen.timestamp() if a.last_seen else 0.0),
        Column("locked", words("security.accounts.locked_until"),
               lambda a: short(a.locked_until, clock.now()) if a.locked_until else "—", 96, "marked",
               sort=lambda a: a.locked_until.timestamp() if a.locked_until else 0.0, mark=_lock_mark, tone=_lock_tone),
    ]  # fmt: skip


def state_mark(account: OperatorView) -> Mark:
    """Being switched off has a shape; what is as usual has none."""
    return "dash" if account.state == "off" else ""


def seen_words(words: Words, account: OperatorView) -> str:
    return stamp(account.last_seen) if account.last_seen else words("security.accounts.never")


def _lock_mark(account: OperatorView) -> Mark:
    return "triangle" if account.locked_until else ""


def _lock_tone(account: OperatorView) -> BadgeTone:
    return "high" if account.locked_until else "quiet"
