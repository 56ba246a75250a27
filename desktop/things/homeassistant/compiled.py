"""What a compiled value template is, whichever way it was compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


class Missing:
    """The payload says nothing about this value: it keeps what it had (Home Assistant ignores an empty rendering)."""


MISSING: Final = Missing()

Reader = Callable[[str, Any], Any]
"""Takes the payload's text and its JSON value (MISSING if it is none); gives the value or MISSING.

Raises NoValue when the template could not be worked out for this payload."""


class NoValue(Exception):
    """The template failed for this payload, or was stopped by its budget."""


class NotUnderstood(Exception):
    """The template cannot be read here; the text says why, in plain English."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template and which of its two inputs it looks at."""

    read: Reader
    uses_text: bool
    uses_json: bool
