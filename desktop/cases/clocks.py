"""The promised times of a case: computed from working calendar and paused spans, never patched (pure).

A row keeps what was promised (`Kept`) and when it was paused (`Span`); what is due is worked out of these every time one of
them changes, so that no order of pauses, resumptions and changes of urgency can leave a wrong time behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from desktop.cases.calendar import ALWAYS, Calendar, Stretch
from desktop.cases.definition import CaseDefinition, Clock, Pause
from desktop.cases.rules import WAITS_ON, back_filed
from desktop.cases.values import Values, instant

Standing = Literal["running", "warned", "breached", "paused", "met", "late"]
"""How a clock stands: `met` and `late` once it stopped; `breached` while it still runs past its time."""


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pause with its reason. It is over at `ends`, or at `until` if nobody ended it sooner."""

    kind: Pause
    begins: datetime
    until: datetime | None = None
    ends: datetime | None = None
    reason: str = ""
    by: str = ""

    def stretch(self) -> Stretch:
        """The time it takes, as it is planned now. That nobody was there to end it at `until` makes it no longer."""
        return Stretch(self.begins, min((at for at in (self.ends, self.until) if at), default=None))

    def is_open(self, now: datetime) -> bool:
        """Whether it is going on."""
        _, over = self.stretch()
        return self.begins <= now and (over is None or now < over)


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One clock of one round: the promise as it was made, when it stopped, and what is due (`reckoned`)."""

    clock: str
    round: int
    began: datetime
    minutes: int
    calendar: str = "always"
    warn: float = 0.8
    until: datetime | None = None
    """The instant that was agreed instead of the minutes; it counts around the clock."""
    stopped: datetime | None = None
    filed: datetime | None = None
    """When it was noted that it stopped."""
    due: datetime | None = None
    """None while a pause without an end stands before it."""
    warn_at: datetime | None = None


Calendars = Mapping[str, Calendar]


def begun(definition: CaseDefinition, urgency: str, round_: int, began: datetime) -> tuple[Kept, ...]:
    """The clocks of a new round."""
    promised = definition.urgency(urgency)
    if promised is None:
        return ()
    return tuple(
        Kept(
            clock=clock.name,
            round=round_,
            began=began,
            minutes=promised.minutes[clock.name],
            calendar=promised.calendar,
            warn=promised.warn,
        )
        for clock in definition.clocks
        if clock.name in promised.minutes
    )


def followed(
    definition: CaseDefinition,
    kept: Sequence[Kept],
    round_: int,
    state: str,
    values: Values,
    now: datetime,
    corrected: bool = False,
) -> tuple[Kept, ...]:
    """The clocks after a step into `state` with these fields: stopped where the case left them, running on where it
    came back, stopped at the first instant of the round that was filled in. Handed on to somebody who comes later, a promise
    that was kept stays kept; only what is `corrected` without going anywhere is taken as it is now."""
    return tuple(
        _followed(one, definition.clock(one.clock), definition, state, values, now, corrected)
        if one.round == round_
        else one
        for one in kept
    )


def _followed(
    kept: Kept,
    clock: Clock | None,
    definition: CaseDefinition,
    state: str,
    values: Values,
    now: datetime,
    corrected: bool,
) -> Kept:
    if clock is None:
        return kept
    if clock.due:
        kept = msgspec.structs.replace(kept, until=instant(values.get(clock.due)))
    if clock.field and (at := instant(values.get(clock.field))):
        at = at if corrected or kept.stopped is None else min(at, kept.stopped)
        noted = kept.filed if kept.filed and kept.stopped == at else now
        return msgspec.structs.replace(kept, stopped=at, filed=noted)
    standing = definition.state(state)
    ended = standing is not None and standing.end is not None
    runs = not ended and (state in clock.states if clock.states else True)
    if runs:
        return msgspec.structs.replace(kept, stopped=None, filed=None)
    return kept if kept.stopped else msgspec.structs.replace(kept, stopped=now, filed=now)


def promised_anew(
    definition: CaseDefinition, kept: Sequence[Kept], round_: int, urgency: str, otherwise: datetime
) -> tuple[Kept, ...]:
    """The clocks of this round under another urgency. They began when they began (where nothing was promised so far:
    `otherwise`), and every pause still counts."""
    began = min((one.began for one in kept if one.round == round_), default=otherwise)
    before = {one.clock: one for one in kept if one.round == round_}
    new = [
        msgspec.structs.replace(one, stopped=before[one.clock].stopped, filed=before[one.clock].filed)
        if one.clock in before
        else one
        for one in begun(definition, urgency, round_, began)
    ]
    return (*(one for one in kept if one.round != round_), *new)


def reckoned(kept: Iterable[Kept], spans: Iterable[Span], calendars: Calendars) -> tuple[Kept, ...]:
    """The clocks with what is due and when to warn."""
    pauses = [span.stretch() for span in spans]
    return tuple(_reckoned(one, pauses, calendars.get(one.calendar, ALWAYS)) for one in kept)


def _reckoned(kept: Kept, pauses: list[Stretch], calendar: Calendar) -> Kept:
    minutes: float = kept.minutes
    if kept.until is not None:
        calendar, minutes = ALWAYS, (kept.until - kept.began) / timedelta(minutes=1)
    due = calendar.after(kept.began, minutes, pauses)
    warn_at = calendar.after(kept.began, minutes * kept.warn, pauses)
    return msgspec.structs.replace(kept, due=due, warn_at=warn_at)


def next_due(kept: Iterable[Kept]) -> datetime | None:
    """The earliest time that is still to be met; None where nothing runs or everything waits."""
    return min((one.due for one in kept if one.stopped is None and one.due is not None), default=None)


def next_warning(kept: Iterable[Kept]) -> datetime | None:
    """When the next of the running clocks warns."""
    return min((one.warn_at for one in kept if one.stopped is None and one.warn_at is not None), default=None)


def standing(kept: Kept, spans: Iterable[Span], now: datetime) -> Standing:
    """How a clock stands. At the due instant itself it is still met (30 minutes: 10:30:00 is in time, 10:30:01 late)."""
    if kept.stopped is not None:
        return "met" if kept.due is None or kept.stopped <= kept.due else "late"
    if kept.due is not None and now > kept.due:
        return "breached"
    if any(span.is_open(now) for span in spans):
        return "paused"
    return "warned" if kept.warn_at is not None and now >= kept.warn_at else "running"


def is_back_filed(kept: Kept) -> bool:
    """Whether its stop was noted only afterwards (补传)."""
    return kept.stopped is not None and kept.filed is not None and back_filed(kept.stopped, kept.filed)


def waited(
    kept: Kept,
    spans: Iterable[Span],
    calendars: Calendars,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, timedelta]:
    """Where the working time of a clock went: waiting on `us`, on the `resident`, on `others`. Of pauses that overlap the
    one that began first counts. `since` and `until` leave out what lies outside them, so that parts add up to the whole.
    """
    calendar = calendars.get(kept.calendar, ALWAYS)
    begin = kept.began if since is None else max(kept.began, since)
    end = kept.stopped or now
    end = end if until is None else min(end, until)
    gone = {"us": timedelta(), "resident": timedelta(), "others": timedelta()}
    if end <= begin:
        return gone
    left = calendar.between(begin, end)
    paused: list[Stretch] = []
    for span in sorted(spans, key=lambda one: one.begins):
        paused.append(span.stretch())
        before, left = left, calendar.between(begin, end, paused)
        gone[WAITS_ON[span.kind]] += before - left
    gone["us"] = left
    return gone
