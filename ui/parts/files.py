"""Files a page writes: a table of what is seen, and names that take no other file's place."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.kernel.words import Words
from ui.aio import in_background
from ui.parts.listpage import ListPage

Cell = str | float | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def free_name(path: Path) -> Path:
    """The path, or the first `… (2)`, `… (3)` that no file has: an earlier file may be somebody's record."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return free


def table_file(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as a CSV file (RFC 4180) that spreadsheets open as UTF-8.

    Text that a spreadsheet would take for a formula stands behind an apostrophe; None is an empty cell.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


async def save_table(
    page: ListPage, words: Words, title: str, name: str, rows: Iterable[Sequence[Cell]]
) -> Path | None:
    """Asks where to, and writes rows as a table file; None where nobody wanted it, or it could not be (which is told)."""
    path = await ask_where(page, title, f"{name}.csv", words("parts.table_files"))
    if path is None:
        return None
    try:
        await in_background(path.write_bytes, table_file(rows))
    except OSError as error:
        told = words("parts.not_exported", why=error.strerror or str(error))
        page.show_banner(told, "high", close_name=words("parts.close"))
        return None
    return path


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA):
        return f"'{cell}"
    return cell


async def ask_where(owner: QWidget, title: str, suggestion: str, kinds: str) -> Path | None:
    """Asks for a file to write, without holding up the window; None where the person thought better of it.

    `kinds` is a filter as `Table (*.csv)`.
    """
    dialog = QFileDialog(owner, title, str(Path.home() / suggestion), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(suggestion).suffix.lstrip("."))
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finished(result: int) -> None:
        if not answer.done():
            answer.set_result(result)

    dialog.finished.connect(finished)
    dialog.open()
    try:
        accepted = await answer
    finally:
        dialog.deleteLater()
    chosen = dialog.selectedFiles()
    return Path(chosen[0]) if accepted and chosen else None
