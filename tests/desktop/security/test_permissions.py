"""Every act of security, places, people and journal against every role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from db.store import Records
from desktop.journal.service import JournalView
from desktop.kernel.errors import LinliError, NotAllowed
from desktop.people.service import People
from desktop.places.service import Places
from desktop.places.views import CommunityView
from desktop.security.principal import Principal
from desktop.security.roles import roles
from desktop.security.service import Accounts
from tests.desktop.security.conftest import PASSWORD, QUICK
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import principal

WHO_MAY: dict[str, tuple[set[str], Callable[[Any, Principal], object]]] = {
    "create": ({"security_admin"}, lambda s, who: s.accounts.create(who, "x", "某", PASSWORD, ["guard"])),
    "set_state": ({"security_admin"}, lambda s, who: s.accounts.set_state(who, "x", "off")),
    "reset_password": ({"security_admin"}, lambda s, who: s.accounts.reset_password(who, "x", PASSWORD)),
    "found": ({"system_admin"}, lambda s, who: s.places.found(who, CommunityView("990101001001", "某"))),
    "add_place": ({"manager"}, lambda s, who: s.places.add(who, "building", "1", "1号楼")),
    "find": ({"guard", "clerk", "engineer", "manager"}, lambda s, who: s.people.find(who, "w")),
    "reveal": ({"clerk", "manager"}, lambda s, who: s.people.reveal(who, "x", "phone", "因为")),
    "add_person": ({"clerk", "manager"}, lambda s, who: s.people.add(who, "王武")),
    "page": ({"manager", "auditor"}, lambda s, who: s.journal.page(who)),
    "verify": ({"auditor"}, lambda s, who: s.journal.verify(who)),
}


class Services:
    def __init__(self, records: Records, clock: FakeClock, new_id: FakeIds) -> None:
        self.accounts = Accounts(records, clock, new_id, "D1", QUICK)
        self.places = Places(records, clock, new_id)
        self.people = People(records, clock, new_id)
        self.journal = JournalView(records, clock)


@pytest.mark.parametrize("deed", WHO_MAY)
def test_a_role_may_what_it_may_and_nothing_else(
    deed: str, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    services = Services(records, clock, new_id)
    allowed, do = WHO_MAY[deed]
    for role in [*roles(), None]:
        who = principal(role) if role else principal()
        before = records.head()
        try:
            do(services, who)
            refused = False
        except NotAllowed:
            refused = True
            assert records.head() == before
        except LinliError:
            refused = False  # allowed, but there is no such row
        assert refused is (role not in allowed), f"{role} {deed}"
