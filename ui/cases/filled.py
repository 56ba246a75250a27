"""What was filled into a case, each type as it reads best: words, thumbnails, tables, ticks, a round's points."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from desktop.cases.definition import CaseField, ItemColumn
from desktop.cases.values import is_blank
from desktop.cases.views import CaseDetail, Fact
from desktop.kernel.words import Words
from ui.cases import reading
from ui.cases.itemlist import sums
from ui.parts.buttons import Button
from ui.parts.chosen import flowing
from ui.parts.detail import FactsList, section
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.parts.thumbs import Thumbs
from ui.shell.context import Context

OWN_SECTION = ("photo", "signature", "items", "checklist")


Reveal = Callable[[str], object]
"""Asks why, and shows what a field hides."""


def filled_in(context: Context, host: QWidget, detail: CaseDetail, reveal: Reveal | None = None) -> list[QWidget]:
    """The words first, as one list; then what needs room of its own, in the order of the definition. `reveal` opens photos
    of papers; None where that may not be done."""
    words = context.words
    plain: list[tuple[str, str | QWidget]] = []
    large: list[QWidget] = []
    for fact in detail.facts:
        field = detail.definition.field(fact.name)
        if field is None or field.type == "points":
            continue
        title = titled(words, detail, fact)
        if field.type in OWN_SECTION and not is_blank(detail.values.get(fact.name)):
            large.append(section(title, *_large(context, host, detail, field, reveal)))
        else:
            plain.append((title, words.of(fact.value)))
    found = [section(words("cases.page.filled_in"), FactsList(plain))] if plain else []
    return [*found, *large]


def titled(words: Words, detail: CaseDetail, fact: Fact) -> str:
    """A field's title, with how many versions of it there have been."""
    version = detail.versions.get(fact.name, 0)
    title = words.of(fact.title)
    return words("casework.detail.version", title=title, n=version) if version > 1 else title


def _large(
    context: Context, host: QWidget, detail: CaseDetail, field: CaseField, reveal: Reveal | None
) -> Iterator[QWidget]:
    value = detail.values[field.name]
    title = context.words.of(field.title)
    if field.personal and isinstance(value, list):
        yield _papers(context.words, field.name, len(value), reveal)
    elif field.type in ("photo", "signature"):
        pictures = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        yield case_pictures(context, host, pictures, title)
    elif field.type == "checklist":
        yield Ticked(context.words, field, value)
    else:
        yield ItemTable(context.words, field, value, detail)


def _papers(words: Words, field: str, n: int, reveal: Reveal | None) -> QWidget:
    """How many photos of papers there are, and the way to them; they are not even drawn small."""
    if reveal is None:
        return Label(words("casework.reveal.hidden", n=n), "secondary", wrap=True)
    return flowing(Button(words("casework.reveal.papers", n=n), icon_name="eye", on=lambda: reveal(field)))


def case_pictures(context: Context, host: QWidget, pictures: list[str], name: str) -> Thumbs:
    """Pictures that a case refers to."""

    def read(sha256: str) -> bytes:
        return context.console.cases.picture(sha256).data

    return Thumbs(context.words, host, pictures, name, read)


class Ticked(QWidget):
    """How far a checklist is, and which of its items are done."""

    def __init__(self, words: Words, field: CaseField, value: object) -> None:
        super().__init__()
        done = value if isinstance(value, list) else []
        bar = QProgressBar()
        bar.setRange(0, max(1, len(field.items)))
        bar.setValue(len(done))
        bar.setTextVisible(False)
        said = f"{len(done)} / {len(field.items)}"
        bar.setAccessibleName(said)
        head = row(bar, Label(said, "secondary", tabular=True), spacing=8)
        lines = [
            Label(f"{'✓' if item.name in done else '–'}  {words.of(item.title)}", "secondary",
                  tone="ink" if item.name in done else "hint", wrap=True)
            for item in field.items
        ]  # fmt: skip
        self.setLayout(column(head, *lines, spacing=4))


class ItemTable(QWidget):
    """An item list, read only, with its sums."""

    def __init__(self, words: Words, field: CaseField, rows: object, detail: CaseDetail) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        listed = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
        shown = [one for one in field.columns if any(one.name in item for item in listed)]
        for at, one in enumerate(shown):
            grid.addWidget(Label(words.of(one.title), "caption"), 0, at, _side(one))
            for number, item in enumerate(listed, 1):
                text = cell_words(words, one, item.get(one.name), detail)
                numeric = one.type in ("number", "money")
                label = Label(text, "secondary", tone="ink", wrap=not numeric, tabular=numeric)
                grid.addWidget(
                    label, number, at, _side(one) | Qt.AlignmentFlag.AlignTop if numeric else Qt.AlignmentFlag(0)
                )
            if one.type in ("text", "part"):
                grid.setColumnStretch(at, 1)
        added = sums(words, field, listed)
        foot = [Label(added, "secondary", tone="ink", weight=500)] if added else []
        self.setLayout(column(grid, *foot, spacing=8))


def cell_words(words: Words, one: ItemColumn, value: object, detail: CaseDetail) -> str:
    """A cell as it reads; an id by what it is called."""
    if is_blank(value):
        return "—"
    if one.type == "tick":
        return words("casework.detail.yes" if value else "casework.detail.no")
    if one.type == "choice":
        return words.of(one.options[str(value)]) if str(value) in one.options else str(value)
    if one.type == "money" and isinstance(value, int):
        return f"¥{reading.yuan(value)}"
    if one.type == "number" and isinstance(value, int | float):
        return f"{value:g} {one.unit}".strip()
    if one.type == "part":
        return detail.names.get(str(value), str(value))
    return reading.shown(_MOMENT, value) if one.type == "date-time" else str(value)


def _side(one: ItemColumn) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if one.type in ("number", "money") else Qt.AlignmentFlag.AlignLeft


_MOMENT = CaseField(name="moment", title={"zh": "", "en": ""}, type="date-time")
