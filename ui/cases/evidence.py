"""What an alarm left with its case: values folded under their latest, who acknowledged, pictures."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from desktop.cases.evidence import Evidence, Series
from desktop.kernel.words import Words
from desktop.things.model import Value
from ui.parts.buttons import Button
from ui.parts.detail import FactsList
from ui.parts.layout import column
from ui.parts.text import Label
from ui.parts.thumbs import Thumbs
from ui.parts.when import local, stamp
from ui.shell.context import Context


def evidence_parts(context: Context, host: QWidget, case_id: str, left: Evidence) -> list[QWidget]:
    """Everything it left; nothing where it left nothing."""
    words = context.words
    found: list[QWidget] = []
    if told := evidence_facts(words, left):
        found.append(FactsList(told))
    if left.pictures:
        console = context.console
        thumbs = Thumbs(
            words, host, left.pictures, words("cases.page.evidence_pictures"),
            read=lambda sha256: console.alarms.album.picture(sha256).data,
            look=lambda sha256: console.cases.look(context.who, case_id, sha256).data,
            stills=left.stills,
        )  # fmt: skip
        found.append(thumbs)
    return found


def evidence_facts(words: Words, left: Evidence) -> list[tuple[str, str | QWidget]]:
    """Each point's values with their times, folded under the latest; who acknowledged and when."""
    rows: list[tuple[str, str | QWidget]] = [
        (words.of(series.title), Folded(words, series)) for series in left.values if series.samples
    ]
    if left.acknowledged_by:
        when = stamp(datetime.fromisoformat(left.acknowledged_at)) if left.acknowledged_at else ""
        rows.append((words("cases.page.evidence_acknowledged"), f"{left.acknowledged_by}  {when}".strip()))
    return rows


class Folded(QWidget):
    """The latest value; all of them, the newest first, at a press."""

    def __init__(self, words: Words, series: Series) -> None:
        super().__init__()
        lines = value_lines(words, series)
        self._all = Label("\n".join(lines[1:]), "secondary", tone="ink", tabular=True)
        self._all.hide()
        self._closed, self._open = words("casework.detail.unfold", n=len(lines) - 1), words("casework.detail.fold")
        self._button = Button(self._closed, "link", on=self._toggle)
        self._button.setAccessibleName(f"{words.of(series.title)} {self._closed}")
        self._button.setVisible(len(lines) > 1)
        latest = Label(lines[0], "secondary", tone="ink", tabular=True)
        self.setLayout(column(latest, self._all, self._button, spacing=2))

    def _toggle(self) -> None:
        shown = self._all.isHidden()
        self._all.setVisible(shown)
        self._button.set_label(self._open if shown else self._closed)


def value_lines(words: Words, series: Series) -> list[str]:
    """Every value with its time, the newest first."""
    return [
        f"{local(datetime.fromtimestamp(at, UTC)):%H:%M:%S}  {plain(words, value)} {series.unit}".strip()
        for at, value in reversed(series.samples)
    ]


def plain(words: Words, value: Value) -> str:
    """A value as it reads."""
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no")
    return f"{value:g}" if isinstance(value, float) else str(value)
