"""Accounts: first set-up, sign-in with lock-out, and the care of operators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NoReturn

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.act import Act
from db.store import Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Operator
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.security import rules
from desktop.security.errors import AccountOff, LockedOut, WrongPassword
from desktop.security.passwords import NO_PASSWORD, Argon2, Hasher
from desktop.security.principal import Principal, act, require, system
from desktop.security.roles import FIRST_ROLES, checked, permissions_of
from desktop.security.views import OperatorView

State = Literal["active", "off"]

MANAGE = "accounts.manage"

MOST_STRANGERS = 1000
"""Unknown logins whose failures are remembered."""


class Accounts:
    """The operators of this store.

    A lock is held by the monotonic clock while the program runs and by the journal's latest time across restarts, so that
    neither a clock moved back nor one moved forward shortens it while the program runs.
    """

    def __init__(
        self, records: Records, clock: Clock, new_id: NewId, terminal: str, hasher: Hasher | None = None
    ) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._terminal = terminal
        self._hasher = hasher or Argon2()
        self._locks: dict[tuple[str, datetime], float] = {}
        # Failures, and the end of the lock, of logins nobody has: guessing must not tell them from real ones.
        self._strangers: dict[str, tuple[int, float]] = {}

    def needs_setup(self) -> bool:
        """Whether nobody can sign in yet."""
        return self._records.read(_is_empty)

    def set_up(self, login: str, name: str, password: str) -> Principal:
        """Makes the first operator, who may run the office and give accounts.

        Raises Refused when an operator exists already, Invalid for a login, name or password that will not do.
        """
        if not self.needs_setup():
            raise Refused("this community has its first operator already")
        row = self._new(login, name, password, FIRST_ROLES)

        def work(tx: Transaction) -> Principal:
            if not _is_empty(tx.session):
                raise Refused("this community has its first operator already")
            row.last_seen = self._clock.now()
            return self._principal(tx.add(row))

        return self._records.write(self._own_act(row, "security.set_up"), work)

    def sign_in(self, login: str, password: str) -> Principal:
        """The operator behind a login and password.

        Raises WrongPassword, LockedOut, or AccountOff (only told to who knows the password). Each try is journalled.
        """
        return self._known_or_stranger(login, password, "sign_in")

    def confirm(self, who: Principal, password: str) -> None:
        """Proves again that `who` is there, after idling. Counts and journals failures like a sign-in."""
        row = self._records.read(lambda session: _by_id(session, who.id))
        self._try(row, password, "unlock")

    def second_person(self, login: str, password: str) -> Principal:
        """Who stands beside the signed-in one for an act that needs two. Raises and counts like `sign_in`.

        That it is somebody else, and who may do it, is for the caller to see to.
        """
        return self._known_or_stranger(login, password, "second_person")

    def operators(self) -> list[OperatorView]:
        """Every account, by login."""
        rows = self._records.read(lambda session: session.scalars(select(Operator).order_by(Operator.login)).all())
        return [self._view(row) for row in rows]

    def create(self, who: Principal, login: str, name: str, password: str, roles: Iterable[str]) -> OperatorView:
        """A new account. Raises Invalid naming the field (`login`, `name`, `password`, `roles`) that will not do."""
        require(who, MANAGE)
        row = self._new(login, name, password, roles)

        def work(tx: Transaction) -> OperatorView:
            if _by_login(tx.session, row.login):
                raise Invalid(f"the login {row.login} is taken", "login", problem="taken")
            return self._view(tx.add(row))

        return self._records.write(act(who, "security.create_operator", self._clock), work)

    def set_state(self, who: Principal, operator_id: str, state: State, reason: str = "") -> None:
        """Switches an account on or off; the reason goes into the journal.

        Raises Refused, with the `rule`, for one's own account (`own_account`) or the last one that can give accounts
        (`last_manager`): somebody whose own account was switched off meanwhile may still be at a terminal.
        """
        require(who, MANAGE)
        if state not in ("active", "off"):
            raise Invalid(f"there is no state {state!r}", "state")
        if operator_id == who.id and state == "off":
            raise Refused("nobody switches off their own account", rule="own_account")

        def work(tx: Transaction) -> None:
            row = _known(tx, operator_id)
            if state == "off" and _gives_accounts(row) and not _others_give_accounts(tx.session, row):
                raise Refused("nobody else could give accounts", rule="last_manager")
            row.state = state

        self._records.write(act(who, f"security.operator_{state}", self._clock, reason.strip() or None), work)

    def reset_password(self, who: Principal, operator_id: str, password: str) -> None:
        """Gives an account a new password and lifts its lock."""
        require(who, MANAGE)
        row = self._records.read(lambda session: _by_id(session, operator_id))
        hashed = self._checked_hash(password, row.login)

        def work(tx: Transaction) -> None:
            fresh = _known(tx, operator_id)
            fresh.password_hash, fresh.failures, fresh.locked_until = hashed, 0, None

        self._records.write(act(who, "security.reset_password", self._clock), work)

    def change_password(self, who: Principal, old: str, new: str) -> None:
        """Changes one's own password. A wrong old one counts as a failed sign-in."""
        self.confirm(who, old)
        if old == new:
            raise Invalid("the new password is the old one", "password", problem="same")
        hashed = self._checked_hash(new, who.login)

        def work(tx: Transaction) -> None:
            _known(tx, who.id).password_hash = hashed

        self._records.write(act(who, "security.change_password", self._clock), work)

    def _known_or_stranger(self, login: str, password: str, op: str) -> Principal:
        wanted = rules.normal_login(login)
        row = self._records.read(lambda session: _by_login(session, wanted))
        if row is None:
            self._refuse_stranger(wanted, password, op)
        return self._try(row, password, op)

    def _try(self, row: Operator, password: str, op: str) -> Principal:
        """One try at a password. The slow hashing stays off the writer's thread; its outcome is judged on fresh rows."""
        self._refuse_locked(row, op)
        right = self._hasher.verify(row.password_hash, password)
        renewed = self._hasher.hash(password) if right and self._hasher.is_weak(row.password_hash) else None
        outcome = op if right and row.state == "active" else f"{op}_failed"

        def work(tx: Transaction) -> Principal | None:
            fresh = _known(tx, row.id)
            if self._locked_until(fresh, tx.session):
                return None
            if right and fresh.state == "active":
                fresh.failures, fresh.locked_until, fresh.last_seen = 0, None, self._clock.now()
                fresh.password_hash = renewed or fresh.password_hash
                return self._principal(fresh)
            if right:
                tx.note("operator", fresh.id, {"after": {"state": fresh.state}})
            else:
                self._count(tx, fresh)
            return None

        principal = self._records.write(self._own_act(row, f"security.{outcome}"), work)
        if principal is not None:
            return principal
        fresh = self._records.read(lambda session: _by_id(session, row.id))
        until = self._records.read(lambda session: self._locked_until(fresh, session))
        if until:
            raise LockedOut(until)
        if right:
            raise AccountOff(f"the account {row.login} is switched off")
        raise WrongPassword(rules.TRIES - fresh.failures)

    def _count(self, tx: Transaction, row: Operator) -> None:
        row.failures, locks = rules.failures_after(row.failures)
        if locks:
            row.locked_until = self._trusted_now(tx.session) + timedelta(seconds=rules.LOCK_SECONDS)
            self._locked_until(row, tx.session)
            tx.note("operator", row.id, {"after": {"locked_until": row.locked_until}})

    def _refuse_locked(self, row: Operator, op: str) -> None:
        until = self._records.read(lambda session: self._locked_until(row, session))
        if until:
            body = {"after": {"locked_until": row.locked_until}}
            self._records.write(
                self._own_act(row, f"security.{op}_refused"), lambda tx: tx.note("operator", row.id, body)
            )
            raise LockedOut(until)

    def _refuse_stranger(self, login: str, password: str, op: str) -> NoReturn:
        failures, locked_until = self._strangers.get(login, (0, 0.0))
        rest = locked_until - self._clock.monotonic()
        if rest > 0:
            self._note_stranger(login, f"security.{op}_refused")
            raise LockedOut(self._clock.now() + timedelta(seconds=rest))
        self._hasher.verify(self._hasher.nobody, password)
        self._note_stranger(login, f"security.{op}_failed")
        failures, locks = rules.failures_after(failures)
        if len(self._strangers) >= MOST_STRANGERS:
            self._strangers.clear()
        until = self._clock.monotonic() + rules.LOCK_SECONDS if locks else 0.0
        self._strangers[login] = failures, until
        if locks:
            raise LockedOut(self._clock.now() + timedelta(seconds=rules.LOCK_SECONDS))
        raise WrongPassword(rules.TRIES - failures)

    def _note_stranger(self, login: str, op: str) -> None:
        # Somebody may have typed a password into the login's field: only its beginning is kept.
        body = {"after": {"login": login[:2] + "*"}}
        self._records.write(act(system(self._terminal), op, self._clock), lambda tx: tx.note("operator", "", body))

    def _locked_until(self, row: Operator, session: Session) -> datetime | None:
        """When the account's lock ends, or None when it has none (any more)."""
        if row.locked_until is None:
            return None
        lock = (row.id, row.locked_until)
        if lock not in self._locks:
            rest = (row.locked_until - self._trusted_now(session)).total_seconds()
            self._locks[lock] = self._clock.monotonic() + min(max(rest, 0), rules.LOCK_SECONDS)
        rest = self._locks[lock] - self._clock.monotonic()
        return self._clock.now() + timedelta(seconds=rest) if rest > 0 else None

    def _trusted_now(self, session: Session) -> datetime:
        """Now, but never before the newest time in the journal: a clock moved back does not turn time back."""
        newest = session.scalar(select(func.max(Entry.at)))
        return max(self._clock.now(), newest) if newest else self._clock.now()

    def _new(self, login: str, name: str, password: str, roles: Iterable[str]) -> Operator:
        wanted, shown = rules.normal_login(login), name.strip()
        if problem := rules.login_problem(wanted):
            raise Invalid(f"the login will not do: {problem}", "login", problem=problem)
        if not shown or len(shown) > 40:
            raise Invalid("a name has 1 to 40 characters", "name", problem="length")
        kept = checked(roles)
        return Operator(
            id=self._new_id(), login=wanted, name=shown, password_hash=self._checked_hash(password, wanted), roles=kept
        )

    def _checked_hash(self, password: str, login: str) -> str:
        if problem := rules.password_problem(password, login):
            raise Invalid(f"the password will not do: {problem}", "password", problem=problem)
        return self._hasher.hash(password)

    def _principal(self, row: Operator) -> Principal:
        return Principal(row.id, row.login, row.name, frozenset(row.roles), permissions_of(row.roles), self._terminal)

    def _own_act(self, row: Operator, op: str) -> Act:
        """An act in the name of the account that is tried, before anybody is known to be behind it."""
        return Act(op, row.id, row.name, self._terminal, self._clock.now())

    def _view(self, row: Operator) -> OperatorView:
        until = self._records.read(lambda session: self._locked_until(row, session)) if row.locked_until else None
        return OperatorView(row.id, row.login, row.name, tuple(row.roles), row.state, until, row.last_seen)


def _is_empty(session: Session) -> bool:
    return session.scalar(select(Operator.id).where(Operator.password_hash != NO_PASSWORD).limit(1)) is None


def _gives_accounts(row: Operator) -> bool:
    return row.state == "active" and row.password_hash != NO_PASSWORD and MANAGE in permissions_of(row.roles)


def _others_give_accounts(session: Session, row: Operator) -> bool:
    return any(_gives_accounts(other) for other in session.scalars(select(Operator).where(Operator.id != row.id)))


def _by_login(session: Session, login: str) -> Operator | None:
    return session.scalar(select(Operator).where(Operator.login == login))


def _by_id(session: Session, operator_id: str) -> Operator:
    row = session.get(Operator, operator_id)
    if row is None:
        raise NotFound("there is no such account", id=operator_id)
    return row


def _known(tx: Transaction, operator_id: str) -> Operator:
    return _by_id(tx.session, operator_id)
