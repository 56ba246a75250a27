"""What a field holds, in the words people read: personal texts masked, ids by their names (pure)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from desktop.cases import rounds
from desktop.cases.definition import CaseField, ItemColumn
from desktop.cases.masking import masked_text
from desktop.cases.values import branch, total
from desktop.kernel.words import Lang, Text, catalogue

NOTHING: Text = {"zh": "—", "en": "—"}
LANGS: tuple[Lang, ...] = ("zh", "en")
NO_NAMES: Mapping[str, str] = {}


def in_words(field: CaseField, value: object, offset_minutes: int, names: Mapping[str, str] = NO_NAMES) -> Text:
    """A field's value as people read it: personal texts masked, ids by their names."""
    if value is None or value == []:
        return NOTHING
    match field.type:
        case "choice":
            return field.options.get(str(value)) or same(str(value))
        case "category":
            nodes = branch(field, str(value))
            return {lang: " · ".join(n.title[lang] for n in nodes) for lang in LANGS} if nodes else same(str(value))
        case "checklist" if isinstance(value, list):
            return _done(field, value)
        case "date-time":
            return local(str(value), offset_minutes)
        case "number" if isinstance(value, int | float):
            return same(f"{value:g} {field.unit}".strip())
        case "money" if isinstance(value, int):
            return same(yuan(value))
        case "person" | "place" | "thing" | "asset":
            ids = value if isinstance(value, list) else [value]
            return same("、".join(names.get(str(id_), str(id_)) for id_ in ids))
        case "photo" if isinstance(value, list):
            return {lang: catalogue(lang)["cases.n_photos"].format(n=len(value)) for lang in LANGS}
        case "signature":
            return {lang: catalogue(lang)["cases.signed"] for lang in LANGS}
        case "items" if isinstance(value, list):
            return _rows(field, value, offset_minutes, names)
        case "points":
            return _round(value)
        case _:
            return same(masked_text(field.personal, str(value)))


def yuan(fen: float) -> str:
    """¥1,234.50"""
    return f"¥{fen / 100:,.2f}"


def _done(field: CaseField, value: Collection[object]) -> Text:
    """What is ticked off, one a line, and how many of how many."""
    done = [item for item in field.items if item.name in value]
    return {
        lang: "\n".join([f"{len(done)} / {len(field.items)}", *(f"✓ {item.title[lang]}" for item in done)])
        for lang in LANGS
    }


def _rows(field: CaseField, value: list[Any], offset: int, names: Mapping[str, str]) -> Text:
    """A line for each row, and the totals under them."""

    def words(lang: Lang) -> str:
        lines = [
            "  ".join(
                _cell(column, row[column.name], offset, names)[lang] for column in field.columns if column.name in row
            )
            for row in value
        ]
        sums = [
            f"{column.title[lang]} {yuan(n) if column.type == 'money' else f'{n:g} {column.unit}'.strip()}"
            for column in field.columns
            if column.total and (n := total(field, column, value)) is not None
        ]
        return "\n".join([*lines, *sums])

    return {lang: words(lang) for lang in LANGS}


def _cell(column: ItemColumn, value: object, offset: int, names: Mapping[str, str]) -> Text:
    if column.type == "choice":
        return column.options.get(str(value)) or same(str(value))
    if column.type == "tick":
        return same("✓" if value else "—")
    if column.type == "date-time":
        return local(str(value), offset)
    if column.type == "money" and isinstance(value, int):
        return same(yuan(value))
    if column.type == "number" and isinstance(value, int | float):
        return same(f"{value:g} {column.unit}".strip())
    return same(masked_text(column.personal, names.get(str(value), str(value))))


def _round(value: object) -> Text:
    """How many points were visited, and which were not."""
    done, missed = rounds.progress(value), rounds.missed(value)
    names = "、".join(f"{point.code} {point.name}".strip() for point in missed)
    return {
        lang: catalogue(lang)["cases.points"].format(n=done.visited, of=done.total)
        + (f"\n{catalogue(lang)['cases.points_missed'].format(names=names)}" if missed else "")
        for lang in LANGS
    }


def same(text: str) -> Text:
    return {"zh": text, "en": text}


def local(text: str, offset_minutes: int) -> Text:
    zone = timezone(timedelta(minutes=offset_minutes))
    return same(f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}")
