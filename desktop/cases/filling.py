"""Filling in what a step of a sample case asks for, by the type of each field."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from desktop.cases import rounds, rules
from desktop.cases.acts import CaseActs
from desktop.cases.definition import CaseDefinition, CaseField, ItemColumn, Move, Node
from desktop.cases.routes import points_field
from desktop.cases.service import Cases
from desktop.cases.values import branch, is_blank
from desktop.kernel.clock import Clock
from desktop.security.principal import Principal

BAD = ("unsatisfied", "failed", "redo", "again", "damaged", "lost", "poor", "deduct", "police_only")
"""Answers that send a case back; given only where it is to be reopened."""


class Look(NamedTuple):
    """What there is to know of a case for its next step."""

    id: str
    kind: CaseDefinition
    state: str
    round: int
    closed: bool
    assignee_id: str | None
    values: Mapping[str, object]


class Filler:
    """Values for the fields of any definition."""

    def __init__(self, cases: Cases, clock: Clock, texts: Mapping[str, str], who: Principal, part_id: str) -> None:
        self._clock, self._texts, self._part = clock, texts, part_id
        # Two plain pictures stand for all photos and signatures.
        self._photo = cases.keep_picture(who, _png(96, 72, (176, 186, 192)), "image/png")
        self._signature = cases.keep_picture(who, _png(96, 32, (250, 250, 250)), "image/png")

    def opening(self, kind: CaseDefinition, given: Mapping[str, object]) -> dict[str, object]:
        """What opening a case needs, with what is given; a category that is named by its beginning goes on to a leaf."""
        filled = {name: self._whole(kind.field(name), value) for name, value in given.items()}
        for name in kind.opening.needs:
            field = kind.field(name)
            if field and is_blank(filled.get(name)):
                filled[name] = self._value(field)
        return filled

    def next_move(self, look: Look, who: Principal, reopens: bool) -> Move | None:
        """The usual next step of this person: a primary one that leads on, or the one that begins another round."""
        legal = rules.legal_moves(look.kind, look.state, who.permissions, look.values)
        moves = [move for move in legal if rules.may_by(move, who.id, look.assignee_id)]
        if reopens and (again := next((move for move in moves if move.again), None)):
            return again
        forward = [move for move in moves if move.tone == "primary" and not move.again and not move.auto]
        return next((move for move in forward if move.to and move.to != look.state), None)

    def fields(self, look: Look, move: Move, reopens: bool) -> dict[str, object]:
        """Everything the move needs with what it is then, and nothing that it does not."""
        kind, filled = look.kind, dict[str, object]()
        # What was filled in may ask for more: a photo afterwards, a reason for what was missed.
        for _ in range(4):
            after = rules.merged(kind, move, look.values, filled)
            given, held = rules.needed(kind, move, after)
            missing = [name for name in given if name not in filled] + [
                name for name in held if is_blank(after.get(name))
            ]
            for name in missing:
                field = kind.field(name)
                if field is not None and field.type != "points":
                    filled[name] = self._value(field, bad=reopens)
        return filled

    def visit_points(self, acts: CaseActs, who: Principal, look: Look, move: Move, walk: Callable[[], None]) -> bool:
        """Walks a round before the step that ends it, and says whether it did; one point is typed and one is wrong.
        `walk` lets the time go by that it takes to come to the next."""
        name = points_field(look.kind)
        value = look.values.get(name)
        if not name or move.name in ("grab", "assign") or rounds.visits(value):
            return False
        points = rounds.route(value)
        for number, point in enumerate(points[:-1] if len(points) % 2 else points):
            walk()
            acts.visit(
                who, look.id, name, point.code, way="typed" if number == 2 else "qr", ok=number != 4,
                note="指示灯不亮，已记录。" if number == 4 else "",
            )  # fmt: skip
        return True

    def _whole(self, field: CaseField | None, value: object) -> object:
        if field is None or field.type != "category" or not isinstance(value, str):
            return value
        nodes = branch(field, value)
        return "/".join([*(node.name for node in nodes[:-1]), *(_leaf(nodes[-1]) if nodes else _leaf(field.tree[0]))])

    def _value(self, field: CaseField, bad: bool = False) -> object:
        match field.type:
            case "text":
                return self._texts.get(field.name, self._texts["general"])[: field.max_length]
            case "choice":
                return next((name for name in field.options if (name in BAD) == bad), next(iter(field.options)))
            case "category":
                return "/".join(_leaf(field.tree[0]))
            case "number":
                low, high = field.minimum or 0, field.maximum
                return max(low, min(5, high)) if high is not None else max(low, 5)
            case "money":
                return int(max(field.minimum or 0, 5000))
            case "date-time":
                return self._clock.now().isoformat()
            case "photo":
                return [self._photo]
            case "signature":
                return self._signature
            case "checklist":
                return [item.name for item in field.items]
            case "items":
                return [{column.name: self._cell(column) for column in field.columns}]
            case _:
                return ""

    def _cell(self, column: ItemColumn) -> Any:
        match column.type:
            case "part":
                return self._part
            case "number":
                return 1
            case "money":
                return 5000
            case "choice":
                return next(iter(column.options))
            case "tick":
                return True
            case "date-time":
                return self._clock.now().isoformat()
            case _:
                return column.title["zh"]


def _leaf(node: Node) -> list[str]:
    """The way from a node down to its first leaf."""
    return [node.name, *(_leaf(node.children[0]) if node.children else [])]


def _png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A plain picture (PNG, RFC 2083), made here so that no file is needed for it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
