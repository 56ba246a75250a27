"""Principals for tests."""

from __future__ import annotations

from desktop.security.principal import Principal
from desktop.security.roles import permissions_of


def principal(*roles: str, terminal: str = "D1") -> Principal:
    """Somebody signed in with these roles; their id and login tell them."""
    name = "-".join(roles) or "nobody"
    return Principal(f"id-{name}", name, f"某{name}", frozenset(roles), permissions_of(roles), terminal)


MANAGER = principal("manager", "system_admin", "security_admin")
GUARD = principal("guard")
CLERK = principal("clerk")
AUDITOR = principal("auditor")
