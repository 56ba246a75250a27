"""What a page says when it could not be read."""

from __future__ import annotations

from collections.abc import Callable

from desktop.kernel.errors import LinliError, NotAllowed
from desktop.kernel.words import Words
from ui.aio import report
from ui.parts.page import Page


def tell_failure(page: Page, words: Words, error: Exception, shown: bool, again: Callable[[], object]) -> None:
    """Where something is shown already it stays, and the failure is told above it; else it is told in its place, with a
    way to try again."""
    if isinstance(error, NotAllowed):
        page.show_state("no_permission", words("app.no_permission"), words("app.no_permission_do"))
        return
    if shown or not isinstance(error, LinliError):
        report(error)
    if not shown:
        known = isinstance(error, LinliError)
        page.show_state(
            "error",
            words.told(error) if known else words("app.internal"),
            "" if known else words("app.internal_do"),
            act=words("parts.try_again"), on_act=again, code=getattr(error, "code", type(error).__name__),
        )  # fmt: skip
