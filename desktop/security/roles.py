"""Roles and their permissions, read from `resources/security/roles.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from desktop.kernel.errors import Invalid
from resources.loader import error_at, folder, load

FIRST_ROLES = frozenset({"manager", "system_admin", "security_admin"})
"""What the first operator of a new community gets: enough to run the office and to give everyone else their account."""

ADMIN_ROLES = ("system_admin", "security_admin", "auditor")
"""Running the machine, giving accounts, and reading what both did: three persons where there are three
(GB/T 22239-2019 level 2, separation of the administrators), none of whom does the office's business."""


class RolesFile(msgspec.Struct, forbid_unknown_fields=True):
    """`resources/security/roles.toml`: the permissions of each role."""

    roles: dict[str, list[str]]


def read_roles(path: Path) -> dict[str, frozenset[str]]:
    """The roles of a file. Raises DataFileError for a permission that is not `<room>.<act>` or stands twice."""
    roles = load(path, RolesFile).roles
    for role, permissions in roles.items():
        for permission in permissions:
            room, _, deed = permission.partition(".")
            if not (room and deed) or permissions.count(permission) > 1:
                raise error_at(path, f"{permission!r} is not a permission, or stands twice", f"$.roles.{role}")
    return {role: frozenset(permissions) for role, permissions in roles.items()}


@cache
def roles() -> dict[str, frozenset[str]]:
    """The permissions of each role that Linli knows."""
    return read_roles(folder("security", "roles.toml"))


def permissions_of(names: Iterable[str]) -> frozenset[str]:
    """Everything the named roles may do together.

    A role this version does not know gives nothing: an older program must not guess what a newer one meant.
    """
    return frozenset().union(*(roles().get(name, frozenset()) for name in names))


def checked(names: Iterable[str]) -> list[str]:
    """The names, sorted and each once, to be kept with an account. Raises Invalid for none, or one that is unknown."""
    wanted = sorted(set(names))
    if not wanted:
        raise Invalid("an account needs a role", "roles")
    for name in wanted:
        if name not in roles():
            raise Invalid(f"there is no role {name!r}", "roles", role=name)
    return wanted


def mixes_duties(names: Iterable[str]) -> bool:
    """Whether one account has an admin role together with any other role. It is allowed, for a small office has no
    choice, and worth a word."""
    wanted = set(names)
    return len(wanted) > 1 and not wanted.isdisjoint(ADMIN_ROLES)
