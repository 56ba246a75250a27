"""Sign-in, lock-out and the care of accounts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.store import Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Operator
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.security.errors import AccountOff, LockedOut, WrongPassword
from desktop.security.passwords import NO_PASSWORD, Argon2
from desktop.security.principal import act, system
from desktop.security.roles import mixes_duties
from desktop.security.service import Accounts
from tests.desktop.security.conftest import PASSWORD, QUICK
from tests.support.fakes import FakeClock, FakeIds


def ops(records: Records) -> list[str]:
    return records.read(lambda s: list(s.scalars(select(Entry.op).order_by(Entry.n))))


def fail(accounts: Accounts, login: str = "chen", times: int = 1) -> list[Exception]:
    errors: list[Exception] = []
    for _ in range(times):
        with pytest.raises((WrongPassword, LockedOut)) as caught:
            accounts.sign_in(login, "not it")
        errors.append(caught.value)
    return errors


def restarted(records: Records, clock: FakeClock, new_id: FakeIds) -> Accounts:
    clock.seconds = 5.0
    return Accounts(records, clock, new_id, "D1", QUICK)


def test_the_first_operator_can_run_the_office_and_give_accounts(accounts: Accounts) -> None:
    assert accounts.needs_setup()
    first = accounts.set_up("Chen", "陈静", PASSWORD)
    assert not accounts.needs_setup()
    assert first.roles == {"manager", "system_admin", "security_admin"}
    assert first.may("accounts.manage") and first.may("cases.assign") and first.may("store.backup")
    assert accounts.sign_in(" CHEN ", PASSWORD) == first


def test_there_is_no_second_first_operator(accounts: Accounts) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    with pytest.raises(Refused):
        accounts.set_up("li", "李雷", PASSWORD)


@pytest.mark.parametrize(
    ("login", "name", "password", "field"),
    [
        ("", "陈静", PASSWORD, "login"),
        ("chen<b>", "陈静", PASSWORD, "login"),
        ("c" * 41, "陈静", PASSWORD, "login"),
        ("chen", " ", PASSWORD, "name"),
        ("chen", "陈静", "Ab1-xyz", "password"),
        ("chen", "陈静", "abcdefgh1", "password"),
        ("chen", "陈静", "My-chen-7", "password"),
        ("chen", "陈静", "Ab1-" * 33, "password"),
    ],
)
def test_a_field_that_will_not_do_is_named(
    accounts: Accounts, login: str, name: str, password: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.set_up(login, name, password)
    assert caught.value.field == field
    assert accounts.needs_setup()


def test_each_failure_says_how_many_tries_are_left_and_the_fifth_locks(accounts: Accounts, records: Records) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    errors = fail(accounts, times=5)
    assert [e.left for e in errors if isinstance(e, WrongPassword)] == [4, 3, 2, 1]
    assert isinstance(errors[-1], LockedOut)
    with pytest.raises(LockedOut):
        accounts.sign_in("chen", PASSWORD)
    assert ops(records).count("security.sign_in_failed") == 6  # five failures, and the note of the lock
    assert ops(records)[-1] == "security.sign_in_refused"
    assert accounts.operators()[0].locked_until is not None


def test_the_lock_ends_after_ten_minutes_and_a_new_row_of_tries_begins(accounts: Accounts, clock: FakeClock) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    fail(accounts, times=5)
    clock.advance(599)
    with pytest.raises(LockedOut) as caught:
        accounts.sign_in("chen", PASSWORD)
    assert caught.value.until == clock.now() + timedelta(seconds=1)
    clock.advance(1)
    assert [e.left for e in fail(accounts) if isinstance(e, WrongPassword)] == [4]
    accounts.sign_in("chen", PASSWORD)
    assert [e.left for e in fail(accounts) if isinstance(e, WrongPassword)] == [4]


@pytest.mark.parametrize("moved", [timedelta(hours=-3), timedelta(hours=3)])
def test_moving_the_clock_while_the_program_runs_does_not_unlock(
    accounts: Accounts, clock: FakeClock, moved: timedelta
) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    fail(accounts, times=5)
    clock.instant += moved
    with pytest.raises(LockedOut):
        accounts.sign_in("chen", PASSWORD)
    clock.advance(600)
    accounts.sign_in("chen", PASSWORD)


def test_a_lock_made_while_the_clock_was_moved_back_lasts_when_it_is_put_right(
    accounts: Accounts, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    clock.instant -= timedelta(days=1)
    fail(accounts, times=5)
    clock.instant += timedelta(days=1)
    with pytest.raises(LockedOut):
        restarted(records, clock, new_id).sign_in("chen", PASSWORD)


def test_a_lock_survives_a_restart_and_a_clock_moved_back_does_not_make_it_endless(
    accounts: Accounts, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    fail(accounts, times=5)
    clock.instant -= timedelta(days=400)
    again = restarted(records, clock, new_id)
    with pytest.raises(LockedOut):
        again.sign_in("chen", PASSWORD)
    clock.advance(600)
    assert again.sign_in("chen", PASSWORD).login == "chen"


def test_an_unknown_login_behaves_like_a_known_one(accounts: Accounts, clock: FakeClock) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    known, unknown = fail(accounts, "chen", 6), fail(accounts, "nobody", 6)
    assert [str(e) for e in known] == [str(e) for e in unknown]
    clock.advance(600)
    assert [str(e) for e in fail(accounts, "chen")] == [str(e) for e in fail(accounts, "nobody")]


def test_an_unknown_login_is_hashed_against_all_the_same(records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    class Counting(Argon2):
        checked = 0

        def verify(self, hashed: str, password: str) -> bool:
            self.checked += 1
            return super().verify(hashed, password)

    hasher = Counting(1, 8, 1)
    fail(Accounts(records, clock, new_id, "D1", hasher), "nobody")
    assert hasher.checked == 1


def test_what_was_typed_as_an_unknown_login_is_not_kept(accounts: Accounts, records: Records) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    fail(accounts, "my-secret-typed-here")
    bodies = "".join(records.read(lambda s: list(s.scalars(select(Entry.body)))))
    assert "secret" not in bodies and '"my*"' in bodies


def test_who_tries_at_once_gets_no_more_tries(accounts: Accounts) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)

    def attempt(number: int) -> bool:
        try:
            accounts.sign_in("chen", PASSWORD if number == 19 else "not it")
        except (WrongPassword, LockedOut) as error:
            return isinstance(error, LockedOut)
        return False

    fail(accounts, times=4)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(19)))
    assert answers.count(True) == 19
    with pytest.raises(LockedOut):
        accounts.sign_in("chen", PASSWORD)


def test_unlocking_after_idling_counts_failures_alike(accounts: Accounts, records: Records) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    accounts.confirm(who, PASSWORD)
    for _ in range(4):
        with pytest.raises(WrongPassword):
            accounts.confirm(who, "not it")
    assert "security.unlock_failed" in ops(records)
    with pytest.raises(LockedOut):
        accounts.sign_in("chen", "not it")
    with pytest.raises(LockedOut):
        accounts.confirm(who, PASSWORD)


def test_every_try_tells_who_where_and_when(accounts: Accounts, records: Records, clock: FakeClock) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    fail(accounts)
    accounts.sign_in("chen", PASSWORD)
    entries = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n)).all())
    assert [(e.op, e.actor, e.actor_name, e.terminal, e.at) for e in entries] == [
        (op, who.id, "陈静", "D1", clock.now())
        for op in ("security.set_up", "security.sign_in_failed", "security.sign_in")
    ]


def test_passwords_and_their_hashes_are_nowhere_in_the_journal(accounts: Accounts, records: Records) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    accounts.change_password(who, PASSWORD, "Pear-Tree-8")
    accounts.reset_password(who, who.id, "Fig-Tree-9")
    bodies = "".join(records.read(lambda s: list(s.scalars(select(Entry.body)))))
    assert "argon2" not in bodies and "Tree" not in bodies


def test_an_account_is_made_with_its_roles(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    made = accounts.create(who, "wang", "王强", PASSWORD, ["guard", "guard"])
    assert made.roles == ("guard",) and made.state == "active"
    assert accounts.sign_in("wang", PASSWORD).may("people.find")
    with pytest.raises(Invalid) as caught:
        accounts.create(who, "Wang", "王强", PASSWORD, ["guard"])
    assert caught.value.facts["problem"] == "taken"


@pytest.mark.parametrize("roles", [[], ["emperor"], ["guard", "emperor"]])
def test_a_role_that_is_not_known_is_refused(accounts: Accounts, roles: list[str]) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    with pytest.raises(Invalid) as caught:
        accounts.create(who, "wang", "王强", PASSWORD, roles)
    assert caught.value.field == "roles"


def test_an_account_that_is_off_says_so_only_to_who_knows_the_password(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    made = accounts.create(who, "wang", "王强", PASSWORD, ["guard"])
    accounts.set_state(who, made.id, "off")
    fail(accounts, "wang")
    with pytest.raises(AccountOff):
        accounts.sign_in("wang", PASSWORD)
    accounts.set_state(who, made.id, "active")
    accounts.sign_in("wang", PASSWORD)


def test_nobody_switches_off_their_own_account(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    with pytest.raises(Refused) as caught:
        accounts.set_state(who, who.id, "off")
    assert caught.value.facts["rule"] == "own_account"


def test_the_last_who_can_give_accounts_stays(accounts: Accounts) -> None:
    chen = accounts.set_up("chen", "陈静", PASSWORD)
    accounts.create(chen, "wang", "王强", PASSWORD, ["security_admin"])
    wang = accounts.sign_in("wang", PASSWORD)
    accounts.set_state(chen, wang.id, "off")
    # Wang is off but still at a terminal.
    with pytest.raises(Refused) as caught:
        accounts.set_state(wang, chen.id, "off")
    assert caught.value.facts["rule"] == "last_manager"
    accounts.create(chen, "li", "李雷", PASSWORD, ["security_admin", "guard"])
    accounts.set_state(wang, chen.id, "off")
    assert [one.login for one in accounts.operators() if one.state == "active"] == ["li"]


def test_an_account_without_a_password_does_not_count_as_one_that_can_give_accounts(
    accounts: Accounts, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    chen = accounts.set_up("chen", "陈静", PASSWORD)
    accounts.create(chen, "wang", "王强", PASSWORD, ["security_admin"])
    wang = accounts.sign_in("wang", PASSWORD)
    accounts.set_state(chen, wang.id, "off")

    def sample(tx: Transaction) -> None:
        tx.add(Operator(id=new_id(), login="s", name="样例", password_hash=NO_PASSWORD, roles=["security_admin"]))

    records.write(act(system("D1"), "security.sample", clock), sample)
    with pytest.raises(Refused):
        accounts.set_state(wang, chen.id, "off")


def test_why_an_account_was_switched_off_is_in_the_journal(accounts: Accounts, records: Records) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    made = accounts.create(who, "wang", "王强", PASSWORD, ["guard"])
    accounts.set_state(who, made.id, "off", " 离职 ")
    last = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert last is not None and (last.op, last.reason) == ("security.operator_off", "离职")


@pytest.mark.parametrize(
    ("roles", "mixed"),
    [
        (["guard"], False),
        (["guard", "clerk", "manager"], False),
        (["auditor"], False),
        (["auditor", "guard"], True),
        (["system_admin", "security_admin"], True),
        ([], False),
    ],
)
def test_an_admin_role_beside_another_is_noticed(roles: list[str], mixed: bool) -> None:
    assert mixes_duties(roles) is mixed


def test_a_new_password_lifts_the_lock(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    made = accounts.create(who, "wang", "王强", PASSWORD, ["guard"])
    fail(accounts, "wang", times=5)
    accounts.reset_password(who, made.id, "Pear-Tree-8")
    accounts.sign_in("wang", "Pear-Tree-8")
    fail(accounts, "wang")


def test_changing_ones_password_needs_the_old_one(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    with pytest.raises(WrongPassword):
        accounts.change_password(who, "not it", "Pear-Tree-8")
    with pytest.raises(Invalid):
        accounts.change_password(who, PASSWORD, PASSWORD)
    accounts.change_password(who, PASSWORD, "Pear-Tree-8")
    fail(accounts)
    accounts.sign_in("chen", "Pear-Tree-8")


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
    accounts: Accounts, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    accounts.set_up("chen", "陈静", PASSWORD)
    stronger = Accounts(records, clock, new_id, "D1", Argon2(2, 16, 1))
    stronger.sign_in("chen", PASSWORD)
    from db.tables.security import Operator

    hashed = records.read(lambda s: s.scalar(select(Operator.password_hash)))
    assert hashed and "m=16,t=2,p=1" in hashed
    stronger.sign_in("chen", PASSWORD)


def test_an_account_that_is_not_there_is_told(accounts: Accounts) -> None:
    who = accounts.set_up("chen", "陈静", PASSWORD)
    with pytest.raises(NotFound):
        accounts.set_state(who, "nobody", "off")
    with pytest.raises(NotFound):
        accounts.reset_password(who, "nobody", PASSWORD)


def test_only_who_may_give_accounts_gives_them(accounts: Accounts) -> None:
    chief = accounts.set_up("chen", "陈静", PASSWORD)
    accounts.create(chief, "wang", "王强", PASSWORD, ["guard"])
    guard = accounts.sign_in("wang", PASSWORD)
    with pytest.raises(NotAllowed):
        accounts.create(guard, "me", "我", PASSWORD, ["manager"])
