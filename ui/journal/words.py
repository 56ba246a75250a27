"""Names of acts and kinds as people say them."""

from __future__ import annotations

import json
from typing import Any

from desktop.kernel.words import Words, catalogue


def op_word(words: Words, op: str) -> str:
    """The act's name; one this version has no word for is shown as it stands in the journal."""
    return catalogue(words.lang).get(f"journal.ops.{op}", op)


def kind_word(words: Words, kind: str) -> str:
    """The kind of record; unknown ones as they stand."""
    return catalogue(words.lang).get(f"journal.kinds.{kind}", kind)


def value_word(value: Any) -> str:
    """A value on one line, shortened."""
    if value is None or value == "":
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:119] + "…"
