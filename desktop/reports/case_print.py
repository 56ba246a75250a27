"""The printed forms of a case, drawn from the blocks that its definition names."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer, Table

from desktop.cases import rounds
from desktop.cases.definition import Block, CaseField, ItemColumn, Print
from desktop.cases.values import is_blank, total
from desktop.cases.views import CaseDetail, CaseView
from desktop.cases.wording import in_words, yuan
from desktop.kernel.words import Text, Words
from desktop.reports.capitals import capitals
from desktop.reports.pdf import BAND, INK2, LINE, Sheet, build, para, style

SIZES = {"A4": A4, "A5": A5}
MOST_TEXT = 3000
"""Characters of one value on paper."""

PIXELS = 40_000_000
"""A picture with more is not decoded for print."""

LABEL = 26 * mm
PictureOf = Callable[[str], bytes]
"""The bytes of a picture by its hash; raises LookupError where it is not there."""

Rule = tuple[object, ...]
GRID: list[Rule] = [
    ("GRID", (0, 0), (-1, -1), 0.5, LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]


class CasePrint:
    """Draws one case in one language, with times of the community's `zone`."""

    def __init__(self, words: Words, zone: timezone, picture_of: PictureOf) -> None:
        self._words = words
        self._zone = zone
        self._picture_of = picture_of
        self._offset = int(zone.utcoffset(None).total_seconds() // 60)
        cjk = words.lang == "zh"
        self._label = style(8, color=INK2, wrap_cjk=cjk)
        self._text = style(9, wrap_cjk=cjk)
        self._right = style(9, wrap_cjk=cjk, right=True)
        self._width = 0.0

    def pdf(self, sheet: Sheet, detail: CaseDetail, form: Print) -> bytes:
        """The form as PDF bytes."""
        self._width = sheet.width
        story: list[Flowable] = [
            para(sheet.title, style(16, bold=True, leading=22)),
            para(f"{detail.view.number}　{detail.view.title}", style(10, color=INK2, leading=15)),
            Spacer(0, 3 * mm),
        ]
        for block in form.blocks:
            made = list(self._block(block, detail))
            if not made:
                continue
            if block.title:
                heading = para(self._words.of(block.title), style(10, bold=True, leading=16))
                heading.keepWithNext = True
                story.append(heading)
            for part in made:
                # What is a heading stays close to what it heads.
                story += [part] if getattr(part, "keepWithNext", False) else [part, Spacer(0, 2 * mm)]
            story.append(Spacer(0, 2 * mm))
        return build(sheet, story, self._words)

    def _block(self, block: Block, detail: CaseDetail) -> Iterable[Flowable]:
        match block.show:
            case "facts":
                return [self._facts(detail)]
            case "fields":
                return self._fields([detail.definition.field(name) for name in block.fields], detail)
            case "clocks":
                return self._clocks(detail)
            case "timeline":
                return [self._timeline(detail)]
            case "text":
                return [para(self._words.of(block.text), self._text, MOST_TEXT)]
            case "evidence":
                return self._evidence(detail)
            case "sign":
                return [KeepTogether([Spacer(0, 5 * mm), self._sign(block.sign)])]

    # The head of the form

    def _facts(self, detail: CaseDetail) -> Table:
        words, case = self._words, detail.view
        facts = [
            ("kind", words.of(detail.definition.title)),
            ("state", words.of(case.state_title)),
            ("urgency", words.of(case.urgency_title)),
            ("place", " / ".join(case.place_path)),
            ("person", detail.person_name),
            ("asset", detail.asset_name),
            ("assignee", case.assignee_name),
            ("opened", f"{self._at(case.opened_at)} {detail.opened_by}".strip()),
            ("closed", self._at(case.closed_at) if case.closed_at else ""),
            ("round", str(case.round) if case.round > 1 else ""),
        ]
        shown = [(words(f"caseprint.{key}"), value) for key, value in facts if value]
        pairs = [shown[n : n + 2] for n in range(0, len(shown), 2)]
        cells = [
            [part for label, value in pair for part in (para(label, self._label), para(value, self._text, 200))]
            + ["", ""] * (2 - len(pair))
            for pair in pairs
        ]
        half = self._width / 2 - LABEL * 0.75
        table = Table(cells, colWidths=[LABEL * 0.75, half] * 2)
        table.setStyle([*GRID, ("BACKGROUND", (0, 0), (0, -1), BAND), ("BACKGROUND", (2, 0), (2, -1), BAND)])
        return table

    # Fields

    def _fields(self, fields: Sequence[CaseField | None], detail: CaseDetail) -> Iterable[Flowable]:
        """Plain values in one table of labels; lists, pictures and rounds under their own titles, in the file's order."""
        plain: list[list[Flowable]] = []
        for field in fields:
            if field is None:
                continue
            value = detail.values.get(field.name)
            if field.type in ("items", "points", "photo", "signature", "checklist"):
                if plain:
                    yield self._labelled(plain)
                    plain = []
                yield from self._large(field, value, detail)
            else:
                words = (
                    self._words.of(in_words(field, value, self._offset, detail.names)) if not is_blank(value) else ""
                )
                plain.append([para(self._words.of(field.title), self._label), self._lines(words)])
        if plain:
            yield self._labelled(plain)

    def _labelled(self, rows: list[list[Flowable]]) -> Table:
        # A text may be longer than a page.
        table = Table(rows, colWidths=[LABEL, self._width - LABEL], splitInRow=1)
        table.setStyle([*GRID, ("BACKGROUND", (0, 0), (0, -1), BAND)])
        return table

    def _lines(self, text: str) -> Flowable:
        return para(text.replace("\n", "；"), self._text, MOST_TEXT)

    def _large(self, field: CaseField, value: object, detail: CaseDetail) -> Iterable[Flowable]:
        title = self._words.of(field.title)
        match field.type:
            case "items":
                yield from self._items(field, value, detail.names, self._versioned(title, field, detail))
            case "points":
                yield from self._points(title, value, detail.view)
            case "checklist":
                done = value if isinstance(value, list) else []
                boxes = "　　".join(f"{'√' if i.name in done else '□'} {self._words.of(i.title)}" for i in field.items)
                yield self._labelled([[para(title, self._label), para(boxes, self._text, MOST_TEXT)]])
            case "photo":
                hashes = [str(sha256) for sha256 in value] if isinstance(value, list) else []
                if hashes and field.personal:
                    # A print is handed on: as names are masked on it, papers are not on it.
                    told = para(self._words("caseprint.papers", n=len(hashes)), self._text)
                    yield self._labelled([[para(title, self._label), told]])
                elif hashes:
                    yield self._photos(title, hashes)
            case _:
                signed = [self._picture(str(value), 46 * mm, 18 * mm)] if not is_blank(value) else [Spacer(0, 14 * mm)]
                yield self._labelled([[para(title, self._label), signed]])

    def _versioned(self, title: str, field: CaseField, detail: CaseDetail) -> str:
        count = detail.versions.get(field.name, 0)
        return self._words("caseprint.version", title=title, n=count) if count > 1 else title

    def _items(self, field: CaseField, value: object, names: Mapping[str, str], title: str) -> Iterable[Flowable]:
        heading = para(title, style(9, bold=True, leading=15))
        heading.keepWithNext = True
        yield heading
        rows: list[Mapping[str, Any]] = value if isinstance(value, list) else []
        head = [para(self._words.of(column.title), self._label) for column in field.columns]
        body = [[self._cell(column, row.get(column.name), names) for column in field.columns] for row in rows]
        # An empty list is a form to fill in by hand.
        body += [[para("", self._text) for _ in field.columns] for _ in range(0 if rows else 4)]
        number = 9 * mm
        numbered = [[para("#" if n == 0 else str(n), self._label), *line] for n, line in enumerate([head, *body])]
        widths = [number, *self._widths(field.columns, self._width - number)]
        table = Table(numbered, colWidths=widths, repeatRows=1, splitInRow=1)
        table.setStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), BAND)])
        yield table
        for column in field.columns:
            if column.total and rows:
                yield para(self._sum(field, column, rows), style(9, bold=True, leading=15, wrap_cjk=True))

    def _widths(self, columns: Sequence[ItemColumn], room: float) -> list[float]:
        weights = [
            {"text": 2.8, "part": 3.0, "tick": 0.9, "date-time": 1.8, "money": 2.0}.get(c.type, 1.2) for c in columns
        ]
        return [room * weight / sum(weights) for weight in weights]

    def _cell(self, column: ItemColumn, value: object, names: Mapping[str, str]) -> Paragraph:
        if value is None:
            return para("□" if column.type == "tick" else "", self._text)
        match column.type:
            case "tick":
                return para("√" if value else "□", self._text)
            case "money" if isinstance(value, int):
                return para(yuan(value), self._right)
            case "number" if isinstance(value, int | float):
                return para(f"{value:g} {column.unit}".strip(), self._right)
            case "choice":
                return para(self._words.of(column.options.get(str(value), {"zh": "", "en": ""})), self._text)
            case "date-time":
                return para(self._at(datetime.fromisoformat(str(value))), self._text)
            case _:
                return para(names.get(str(value), str(value)), self._text, 300)

    def _sum(self, field: CaseField, column: ItemColumn, rows: list[Mapping[str, Any]]) -> str:
        whole = total(field, column, rows)
        only = sum(one.total for one in field.columns) == 1
        title = self._words.of(field.title if only else column.title)
        if column.type != "money":
            return self._words("caseprint.total", title=title, sum=f"{whole:g} {column.unit}".strip())
        shown = yuan(whole) + (f"　{capitals(round(whole))}" if self._words.lang == "zh" else "")
        return self._words("caseprint.total", title=title, sum=shown)

    def _points(self, title: str, value: object, case: CaseView) -> Iterable[Flowable]:
        words = self._words
        stops = rounds.stops(value, over=case.closed_at is not None or bool(rounds.visits(value)))
        heads = ("n", "point", "standing", "at", "way", "note")
        rows = [[para(words(f"caseprint.head.{head}"), self._label) for head in heads]]
        for n, stop in enumerate(stops, 1):
            visit = stop.visit
            flags = "、".join(words(f"caseprint.flag.{flag}") for flag in (visit.flags if visit else ()))
            note = "；".join(part for part in (visit.note if visit else "", flags) if part)
            standing = "missed" if visit is None else "visited" if visit.ok else "abnormal"
            rows.append(
                [
                    para(str(n), self._text),
                    para(f"{stop.point.code} {stop.point.name}", self._text),
                    para(words(f"caseprint.standing.{standing}"), self._text),
                    para(self._at(visit.at) if visit else "", self._text),
                    para(words(f"caseprint.way.{visit.way}") if visit else "", self._text),
                    para(note, self._text, 300),
                ]
            )
        heading = para(title, style(9, bold=True, leading=15))
        heading.keepWithNext = True
        yield heading
        rest = self._width - 9 * mm - 16 * mm - 28 * mm - 14 * mm
        table = Table(rows, colWidths=[9 * mm, rest * 0.5, 16 * mm, 28 * mm, 14 * mm, rest * 0.5], repeatRows=1)
        table.setStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), BAND)])
        yield table
        if missed := rounds.missed(value):
            names = "、".join(f"{point.code} {point.name}" for point in missed)
            yield para(words("caseprint.missed", n=len(missed), names=names), self._text, MOST_TEXT)

    # Pictures

    def _photos(self, title: str, hashes: Sequence[str]) -> Flowable:
        across = 3
        width = self._width / across
        cells: list[Any] = [self._picture(sha256, width - 4 * mm, width * 0.7) for sha256 in hashes]
        cells += [""] * (-len(cells) % across)
        lines = [cells[n : n + across] for n in range(0, len(cells), across)]
        table = Table(lines, colWidths=[width] * across)
        table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        return KeepTogether([para(title, style(9, bold=True, leading=15)), table])

    def _picture(self, sha256: str, width: float, height: float) -> Flowable:
        """The picture as large as fits; one that cannot be drawn is said to be so, never left out."""
        try:
            data = self._picture_of(sha256)
            with Pillow.open(io.BytesIO(data)) as picture:
                across, down = picture.size
                if across * down > PIXELS:
                    raise ValueError("too many pixels")
                picture.load()
        except (LookupError, ValueError, OSError, UnidentifiedImageError):
            return para(self._words("caseprint.no_picture", sha256=sha256[:12]), self._label)
        scale = min(width / across, height / down)
        return Image(io.BytesIO(data), across * scale, down * scale)

    # What happened

    def _clocks(self, detail: CaseDetail) -> Iterable[Flowable]:
        words = self._words
        if not detail.clocks:
            return
        rows = [
            [
                para(words(f"caseprint.head.{key}"), self._label)
                for key in ("clock", "due", "stopped", "standing_of", "waited")
            ]
        ]
        for clock in detail.clocks:
            waited = "　".join(
                words(f"caseprint.waited_on.{on}", minutes=round(minutes))
                for on, minutes in clock.waited.items()
                if minutes >= 1
            )
            state = words(f"caseprint.clock_standing.{clock.standing}")
            rows.append(
                [
                    para(words.of(clock.title) + (f" · {clock.round}" if clock.round > 1 else ""), self._text),
                    para(self._at(clock.due) if clock.due else "—", self._text),
                    para(self._at(clock.stopped) if clock.stopped else "—", self._text),
                    para(state + (words("caseprint.back_filed") if clock.back_filed else ""), self._text),
                    para(waited or "—", self._text, 200),
                ]
            )
        parts = (0.16, 0.2, 0.2, 0.18, 0.26)
        table = Table(rows, colWidths=[self._width * part for part in parts], repeatRows=1)
        table.setStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), BAND)])
        yield table

    def _timeline(self, detail: CaseDetail) -> Table:
        words = self._words
        rows = []
        for step in detail.timeline:
            said = [f"{words.of(c.field)}：{words.of(c.after)}".replace("\n", " ") for c in step.changes]
            said += [words("caseprint.because", reason=step.reason)] if step.reason else []
            rows.append(
                [
                    para(self._at(step.at), self._label),
                    para(f"{words.of(step.op_title)} {step.actor_name}", self._text),
                    para("；".join(said), self._label, 600),
                ]
            )
        table = Table(rows, colWidths=[28 * mm, 38 * mm, self._width - 66 * mm], splitInRow=1)
        table.setStyle([*GRID])
        return table

    def _evidence(self, detail: CaseDetail) -> Iterable[Flowable]:
        left = detail.evidence
        if left is None:
            return
        rows = [
            [
                para(self._words.of(series.title), self._label),
                para(
                    "　".join(
                        f"{datetime.fromtimestamp(at, self._zone):%H:%M:%S} {value} {series.unit}".strip()
                        for at, value in series.samples[-8:]
                    ),
                    self._text,
                    600,
                ),
            ]
            for series in left.values
        ]
        if rows:
            yield self._labelled(rows)

    def _sign(self, lines: Sequence[Text]) -> Table:
        each = self._width / max(1, len(lines))
        cells = [[para(f"{self._words.of(line)}：", style(9, bold=False)) for line in lines]]
        cells.append([para(self._words("caseprint.date"), self._label) for _ in lines])
        table = Table(cells, colWidths=[each] * len(lines), rowHeights=[12 * mm, 7 * mm])
        table.setStyle([("LINEBELOW", (n, 0), (n, 0), 0.5, LINE) for n in range(len(lines))])
        return table

    def _at(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._zone):%Y-%m-%d %H:%M}"
