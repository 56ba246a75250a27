"""People and stores for the tests of cases."""

from __future__ import annotations

from db.store import Act, Records, Transaction
from db.tables.security import Operator
from desktop.security.principal import Principal
from desktop.security.roles import roles
from tests.support.fakes import START

TERMINAL = "D1"


def principal(id_: str, *names: str) -> Principal:
    """A signed-in operator with these roles."""
    permissions = frozenset[str]().union(*(roles()[name] for name in names))
    return Principal(id_, id_, id_.capitalize(), frozenset(names), permissions, TERMINAL)


BOSS = principal("boss", "manager")
FITTER = principal("fitter", "engineer")
CLERK = principal("clerk", "clerk")
GUARD = principal("guard", "guard")


def with_operators(records: Records) -> None:
    """Accounts of those above, and of one who left."""

    def work(tx: Transaction) -> None:
        for who in (BOSS, FITTER, CLERK, GUARD):
            tx.add(Operator(id=who.id, login=who.id, name=who.name, password_hash="x", roles=sorted(who.roles)))
        tx.add(Operator(id="gone", login="gone", name="Gone", password_hash="x", roles=[], state="left"))

    records.write(Act("test.operators", "system", "test", TERMINAL, START), work)
