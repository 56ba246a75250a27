from __future__ import annotations

import pytest

from db.store import Records
from desktop.security.passwords import Argon2
from desktop.security.service import Accounts
from tests.support.fakes import FakeClock, FakeIds

QUICK = Argon2(passes=1, memory_kib=8, lanes=1)
PASSWORD = "Plum-Tree-7"


@pytest.fixture
def accounts(records: Records, clock: FakeClock, new_id: FakeIds) -> Accounts:
    return Accounts(records, clock, new_id, "D1", QUICK)
