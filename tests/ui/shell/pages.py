"""Small pages to walk through in tests of the shell."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.parts.page import Page
from ui.parts.table import Column, DataTable
from ui.shell.context import Context, PageSpec


class ListPage(Page):
    def __init__(self, context: Context) -> None:
        super().__init__(context.words("app.pages.overview"))
        self.table: DataTable[str] = DataTable(
            [Column("a", "A", lambda row: row, stretch=True)], lambda row: row, "rows"
        )
        self.table.set_rows(["one", "two", "three"])
        self.set_body(self.table)

    def selection_key(self) -> str:
        return self.table.selected_id() or ""

    def select_key(self, key: str) -> None:
        self.table.select(key)


class Broken(Exception):
    pass


def broken(context: Context) -> Page:
    raise Broken("on purpose")


def empty(context: Context) -> Page:
    page = Page(context.words("app.pages.things"))
    page.set_body(QWidget())
    return page


PAGES = (
    PageSpec("overview", "layout-dashboard", ListPage),
    PageSpec("things", "cpu", empty, "things.see"),
    PageSpec("alarms", "bell", empty, "nobody.may"),
    PageSpec("journal", "book-open-text", broken, "", "foot"),
)
