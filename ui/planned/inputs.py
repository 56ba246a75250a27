"""What is typed and ticked in a plan's form, read into a pattern."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection

from PySide6.QtWidgets import QWidget

from desktop.kernel.words import Words
from ui.parts.buttons import Button
from ui.parts.entry import Entry
from ui.parts.layout import row


class WeekdayField(Entry):
    """Monday to Sunday, any of them ticked."""

    def __init__(self, words: Words, chosen: Collection[int]) -> None:
        super().__init__(words("planned.form.weekdays"), hint=words("planned.form.weekdays_hint"))
        self._days: list[Button] = []
        for day in range(7):
            button = Button(words(f"planned.form.day.d{day}"), "chip")
            button.setAccessibleName(words(f"duty.day.d{day}"))
            button.setCheckable(True)
            button.setChecked(day in chosen)
            button.toggled.connect(lambda _on: self.changed.emit())
            self._days.append(button)
        holder = QWidget()
        holder.setLayout(row(*self._days, None, spacing=4))
        self.fill(holder, self._days[0], names=False)

    def value(self) -> tuple[int, ...]:
        return tuple(day for day, button in enumerate(self._days) if button.isChecked())


def read_list(text: str) -> list[str]:
    """`09:00, 21:00`, `1、15`, with any width of characters."""
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace(";", ",").replace(" ", ",")
    return [part for part in plain.split(",") if part]


def read_times(text: str) -> tuple[str, ...] | None:
    """Times of the day as 09:00, in order; None where one is no time."""
    found = [_time(part) for part in read_list(text)]
    return tuple(sorted(time for time in found if time)) if found and all(found) else None


def _time(text: str) -> str:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and len(hour) <= 2 and minute.isdigit() and len(minute) == 2):
        return ""
    return f"{int(hour):02d}:{minute}" if int(hour) < 24 and int(minute) < 60 else ""


def read_whole(text: str, most: int) -> int | None:
    """A whole number from nought to `most`; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if plain.isdigit() and len(plain) <= 9 and int(plain) <= most else None


def read_days(text: str) -> tuple[int, ...] | None:
    """Days of a month; None where one is none."""
    found = [read_whole(part, 31) for part in read_list(text)]
    return tuple(sorted({day for day in found if day})) if all(found) else None


def rule(read: Callable[[str], object], wrong: str) -> Callable[[str], str]:
    """A field's rule: `wrong` where the text cannot be read."""
    return lambda text: wrong if read(text) is None else ""
