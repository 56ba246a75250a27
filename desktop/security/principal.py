"""The person in whose name something is done, and the check every service makes."""

from __future__ import annotations

from dataclasses import dataclass

from db.act import Act
from desktop.kernel.clock import Clock
from desktop.kernel.errors import NotAllowed


@dataclass(frozen=True)
class Principal:
    """A signed-in operator at a terminal, with the permissions of their roles as they were at sign-in."""

    id: str
    login: str
    name: str
    roles: frozenset[str]
    permissions: frozenset[str]
    terminal: str

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def system(terminal: str) -> Principal:
    """The program itself, for what no person did: an alarm that began, a shelf that expired."""
    return Principal("system", "system", "系统", frozenset(), frozenset(), terminal)


def require(who: Principal, permission: str) -> None:
    """Raises NotAllowed unless `who` has the permission."""
    if not who.may(permission):
        raise NotAllowed(f"{who.login} may not {permission}", permission=permission)


def act(who: Principal, op: str, clock: Clock, reason: str | None = None, offset_minutes: int = 480) -> Act:
    """The journal's heading for what `who` does now."""
    return Act(op, who.id, who.name, who.terminal, clock.now(), offset_minutes, reason)


def command_line(terminal: str) -> Principal:
    """Whoever runs `linli` with the store's passphrase in hand. Not an operator: reports and checks, no business."""
    may = frozenset({"reports.make", "alarms.see", "cases.see", "journal.see", "journal.verify", "settings.change"})
    return Principal("command-line", "command-line", "命令行", frozenset(), may, terminal)
