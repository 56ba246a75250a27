"""The duty roster: who answers at which post, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast, get_args

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.duty import Duty
from db.tables.security import Operator
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.kernel.words import Words
from desktop.security.principal import Principal, act, require

Post = Literal["guard", "engineer", "manager"]
POSTS: tuple[Post, ...] = get_args(Post)
"""In the order in which they are called."""

LONGEST_TURN = timedelta(days=7)
"""A manager may be on call for a week; a longer turn is a slip of the pen."""

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Turn:
    """One person's turn at one post, from `begins_at` (included) to `ends_at` (not included), aware UTC instants."""

    id: str
    post: Post
    operator_id: str
    name: str
    begins_at: datetime
    ends_at: datetime


class DutyRoster:
    """Who is on duty. Nobody is at two posts at once; one post may have several people."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id

    def put(self, who: Principal, post: Post, operator_id: str, begins_at: datetime, ends_at: datetime) -> Turn:
        """Gives somebody a turn.

        Raises NotAllowed, NotFound, Invalid("post", "ends_at", "operator") and Refused(rule="overlap") with the turn in
        the way as facts: `name`, `post`, `begins_at`, `ends_at` (ISO 8601).
        """
        require(who, "duty.change")
        if post not in POSTS:
            raise Invalid(f"there is no post {post!r}", "post")
        if not timedelta() < ends_at - begins_at <= LONGEST_TURN:
            raise Invalid("a turn ends after it begins, and within a week", "ends_at")

        def work(tx: Transaction) -> Turn:
            operator = tx.get(Operator, operator_id)
            if operator is None:
                raise NotFound("there is no such account", id=operator_id)
            if operator.state != "active":
                raise Invalid(f"the account of {operator.name} is off", "operator")
            if in_the_way := _overlapping(tx.session, operator_id, begins_at, ends_at):
                raise _overlap(in_the_way)
            row = tx.add(_row(self._new_id(), post, operator_id, begins_at, ends_at))
            return _turn(row, operator.name)

        return self._records.write(act(who, "duty.put", self._clock), work)

    def take_off(self, who: Principal, turn_id: str) -> None:
        """Takes a turn off the roster. Raises NotAllowed, NotFound."""
        require(who, "duty.change")

        def work(tx: Transaction) -> None:
            row = tx.get(Duty, turn_id)
            if row is None or row.state != "active":
                raise NotFound("there is no such turn", id=turn_id)
            row.state = "off"

        self._records.write(act(who, "duty.take_off", self._clock), work)

    def copy_week(self, who: Principal, begins_at: datetime) -> int:
        """Copies the turns that begin within the week from `begins_at` to the week after it, and returns how many.

        What the next week has already stays: a turn that would overlap one of the same person is left out, and one of
        somebody whose account is off. So copying twice copies once. Raises NotAllowed.
        """
        require(who, "duty.change")

        def work(tx: Transaction) -> int:
            week = (Duty.begins_at >= begins_at, Duty.begins_at < begins_at + WEEK, Operator.state == "active")
            found = [row for row, _ in tx.session.execute(_active().where(*week))]
            copied = 0
            for row in found:
                begins, ends = row.begins_at + WEEK, row.ends_at + WEEK
                if _overlapping(tx.session, row.operator_id, begins, ends) is None:
                    tx.add(_row(self._new_id(), cast(Post, row.post), row.operator_id, begins, ends))
                    copied += 1
            return copied

        return self._records.write(act(who, "duty.copy_week", self._clock), work)

    def shifts(self, since: datetime, until: datetime) -> list[Turn]:
        """The turns that touch the period from `since` (included) to `until` (not included), in order of time."""
        touching = (Duty.begins_at < until, Duty.ends_at > since)
        return self._records.read(lambda session: _turns(session, _active().where(*touching)))

    def on_duty(self, at: datetime, post: Post | None = None) -> list[Turn]:
        """Who is on duty at that instant, at this post or at any."""
        return self._records.read(lambda session: on_duty(session, at, POSTS if post is None else (post,)))


def nobody_at(post: Post) -> str:
    """A post that is called though nobody is on the roster for it, where otherwise a name stands."""
    return f"post:{post}"


def called(words: Words, name: str) -> str:
    """Somebody who was called, as people say it: the name, or the post with a word that nobody is on duty there."""
    kind, _, post = name.partition(":")
    if kind == "post" and post in POSTS:
        return words("duty.called_post", post=words(f"duty.post.{post}"))
    return name


def on_duty(session: Session, at: datetime, posts: Iterable[Post]) -> list[Turn]:
    """Who is on duty at these posts, in the order of the posts, then of names. One whose account is off is not."""
    # A turn lasts a week at most: with that, the index on its beginning finds it among years of turns.
    now = (Duty.begins_at <= at, Duty.begins_at > at - LONGEST_TURN, Duty.ends_at > at)
    found = _turns(session, _active().where(*now, Duty.post.in_(tuple(posts)), Operator.state == "active"))
    return sorted(found, key=lambda turn: (POSTS.index(turn.post), turn.name, turn.operator_id))


def _active() -> Select[Duty, str]:
    joined = select(Duty, Operator.name).join(Operator, Operator.id == Duty.operator_id)
    return joined.where(Duty.state == "active").order_by(Duty.begins_at, Duty.id)


def _turns(session: Session, wanted: Select[Duty, str]) -> list[Turn]:
    return [_turn(row, name) for row, name in session.execute(wanted)]


def _overlapping(session: Session, operator_id: str, begins_at: datetime, ends_at: datetime) -> Turn | None:
    same = (Duty.operator_id == operator_id, Duty.begins_at < ends_at, Duty.ends_at > begins_at)
    return next(iter(_turns(session, _active().where(*same).limit(1))), None)


def _overlap(turn: Turn) -> Refused:
    begins, ends = turn.begins_at.isoformat(), turn.ends_at.isoformat()
    said = f"{turn.name} is on duty as {turn.post} from {begins} to {ends}"
    return Refused(said, rule="overlap", name=turn.name, post=turn.post, begins_at=begins, ends_at=ends)


def _row(id_: str, post: Post, operator_id: str, begins_at: datetime, ends_at: datetime) -> Duty:
    return Duty(id=id_, post=post, operator_id=operator_id, begins_at=begins_at, ends_at=ends_at)


def _turn(row: Duty, name: str) -> Turn:
    return Turn(row.id, cast(Post, row.post), row.operator_id, name, row.begins_at, row.ends_at)
