"""How urgent an alarm is: what it leads to, against the time there is to prevent it (ISA-18.2 rationalisation, EEMUA 191).

The table is data (`resources/alarms/priorities.toml`), so that a site may weigh otherwise.
"""

from __future__ import annotations

from functools import cache

import msgspec

from desktop.things.model import Priority, Severity
from resources.loader import folder, load


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    within: tuple[float, ...]
    priorities: dict[Severity, tuple[Priority, ...]]


def priority_of(severity: Severity, respond_within: float) -> Priority:
    """The priority of an alarm with this consequence, to be answered within so many minutes.

    Raises DataFileError when the table itself is wrong.
    """
    table = _table()
    column = sum(respond_within > limit for limit in table.within)
    return table.priorities[severity][column]


@cache
def _table() -> _Table:
    return load(folder("alarms", "priorities.toml"), _Table)
