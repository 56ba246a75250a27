"""What a page is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from desktop.kernel.words import Words
from desktop.security.principal import Principal
from ui.aio import Bridge
from ui.parts.page import Page

if TYPE_CHECKING:
    from desktop.app import Console


class Speaker(Protocol):
    """How a page speaks to its person outside its own ground."""

    def say(self, text: str, *, act: str = "", key: str = "", on_act: Callable[[], object] | None = None) -> None:
        """A word about what was done, for a few seconds, with an act such as undo."""
        ...

    def tell(self, error: BaseException) -> None:
        """A failure, as a banner over the page: what happened, what still works, what to do."""
        ...

    def go(self, page: str, selection: str = "") -> None:
        """Another page, with something selected there."""
        ...


@dataclass(frozen=True)
class Context:
    """Made anew at every sign-in and for every change of language."""

    console: Console
    words: Words
    who: Principal
    bridge: Bridge
    shell: Speaker


@dataclass(frozen=True)
class PageSpec:
    """One entry of the sidebar. The page is made when it is first visited."""

    key: str
    icon: str
    factory: Callable[[Context], Page]
    permission: str = ""
    """Without it the page shows that the person may not see it."""
    group: Literal["now", "desk", "plant", "staff", "foot"] = "now"
    """Its part of the sidebar: what is now, the desk's work, the buildings, the staff, records and care at the foot."""

    @staticmethod
    def jump_key(number: int) -> str:
        """The key of the number-th page of the sidebar: Alt with 1 … 9, with 0 for the tenth; "" for those after."""
        return f"Alt+{number % 10}" if 1 <= number <= 10 else ""

    @property
    def title(self) -> str:
        """The catalogue key of its name."""
        return f"app.pages.{self.key}"
