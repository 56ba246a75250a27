"""Rounds: points of a route that somebody visits (pure).

A field of type `points` keeps `{"route": [Point], "visits": [Visit], "ordered": bool}`: the route as it was when the round
was opened, so that a route that is changed later changes no round that was walked. What looks wrong with a visit is
flagged and kept, never refused: a guard in the rain with a torn label must be able to go on, and the desk must see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from desktop.cases.rules import back_filed
from desktop.cases.views import Point, Visit

QR = "linli:point:"
"""What stands before a point's code in its QR label."""

LONGEST_CODE = 24

TOO_FAST = timedelta(seconds=20)
"""Nobody walks from one point to the next and looks at something in less: the labels were photographed, or hang side by
side. A judgement of ours, on the side of few flags."""

Flag = Literal["out_of_order", "typed", "too_fast", "back_filed", "late", "twice", "abnormal"]
Standing = Literal["visited", "flagged", "abnormal", "next", "waiting", "missed"]


class Stop(NamedTuple):
    """A point of the line as it is drawn. `visit` is the one that counts: the last."""

    point: Point
    standing: Standing
    visit: Visit | None


class Progress(NamedTuple):
    """How far a round is. `flagged` are visits with any flag, `abnormal` points where something was not as it should be."""

    total: int
    visited: int
    flagged: int
    abnormal: int


def code_of(text: str) -> str:
    """The point's code out of what was scanned or typed: with or without the label's prefix, in capitals."""
    text = text.strip()
    if text.lower().startswith(QR):
        text = text[len(QR) :]
    return text.upper()


def is_code(text: str) -> bool:
    """Whether this can be a point's code: letters, digits and hyphens, up to 24."""
    return 0 < len(text) <= LONGEST_CODE and all(c.isascii() and (c.isalnum() or c == "-") for c in text)


def label(code: str) -> str:
    """The text in a point's QR label."""
    return QR + code


def snapshot(points: Iterable[Point], *, ordered: bool) -> dict[str, Any]:
    """The value of a `points` field at the beginning of a round."""
    return {"route": [point._asdict() for point in points], "visits": [], "ordered": ordered}


def route(value: object) -> tuple[Point, ...]:
    """The points to visit, in order; none of what is no round."""
    return tuple(Point(**point) for point in _part(value, "route"))


def visits(value: object) -> tuple[Visit, ...]:
    """What was visited, in the order it was noted."""
    return tuple(
        Visit(**{**visit, "at": _at(visit), "flags": tuple(visit["flags"])}) for visit in _part(value, "visits")
    )


def expected(value: object) -> Point | None:
    """The point that comes next: the first that nobody was at."""
    return next(iter(missed(value)), None)


def missed(value: object) -> tuple[Point, ...]:
    """The points that nobody was at, one by one, in the order of the route."""
    seen = {visit.code for visit in visits(value)}
    return tuple(point for point in route(value) if point.code not in seen)


def flags(
    value: object,
    code: str,
    *,
    at: datetime,
    way: str,
    filed: datetime,
    ok: bool = True,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> tuple[Flag, ...]:
    """What looks wrong with a visit at `at` that is noted at `filed`.

    `begins` and `ends` are the window of the round where it has one: `late` is outside of it, before or after.
    """
    before = visits(value)
    last = max(before, key=lambda visit: visit.at, default=None)
    seen = {visit.code for visit in before}
    due = expected(value)
    found: dict[Flag, bool] = {
        "typed": way == "typed",
        "out_of_order": _is_ordered(value) and code not in seen and due is not None and due.code != code,
        "too_fast": last is not None and last.code != code and abs(at - last.at) < TOO_FAST,
        "late": (begins is not None and at < begins) or (ends is not None and at > ends),
        "back_filed": back_filed(at, filed),
        "twice": code in seen,
        "abnormal": not ok,
    }
    return tuple(flag for flag, holds in found.items() if holds)


def with_visit(
    value: object,
    code: str,
    *,
    at: datetime,
    way: str,
    filed: datetime,
    ok: bool = True,
    note: str = "",
    photo: str = "",
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> dict[str, Any]:
    """The round with one visit more. Raises KeyError where the code is no point of the route."""
    if code not in {point.code for point in route(value)}:
        raise KeyError(code)
    found = flags(value, code, at=at, way=way, filed=filed, ok=ok, begins=begins, ends=ends)
    visit = {
        "code": code, "at": at.isoformat(timespec="seconds"), "way": way, "ok": ok, "note": note.strip(),
        "photo": photo, "flags": list(found),
    }  # fmt: skip
    kept: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return {**kept, "visits": [*_part(value, "visits"), visit]}


def stops(value: object, *, over: bool = False) -> tuple[Stop, ...]:
    """The route as a line of stops. In a round that is `over`, what nobody was at is missed and no longer waiting."""
    last = {visit.code: visit for visit in visits(value)}
    due = expected(value)
    return tuple(
        Stop(point, _standing(point, last.get(point.code), due, over), last.get(point.code)) for point in route(value)
    )


def progress(value: object) -> Progress:
    """How far the round is."""
    points, seen = route(value), visits(value)
    codes = {visit.code for visit in seen}
    return Progress(
        len(points),
        sum(point.code in codes for point in points),
        sum(bool(visit.flags) for visit in seen),
        len({visit.code for visit in seen if not visit.ok}),
    )


def _standing(point: Point, visit: Visit | None, due: Point | None, over: bool) -> Standing:
    if visit is None:
        if over:
            return "missed"
        return "next" if due is not None and due.code == point.code else "waiting"
    if not visit.ok:
        return "abnormal"
    return "flagged" if visit.flags else "visited"


def _is_ordered(value: object) -> bool:
    return bool(value.get("ordered")) if isinstance(value, Mapping) else False


def _part(value: object, name: str) -> Sequence[Any]:
    found: Sequence[Any] = value.get(name, ()) if isinstance(value, Mapping) else ()
    return found


def _at(visit: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(visit["at"])
