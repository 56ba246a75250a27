"""Words in the language of whoever reads: the i18n catalogue and the texts of data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

from resources.loader import folder

Lang = Literal["zh", "en"]
Text = Mapping[str, str]
"""A text of a data file in every language it has, `{"zh": …, "en": …}`; zh is always there."""


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every word of one language, keyed `<file>.<key>`: `resources/i18n/zh/alarms.toml` `ack` is `alarms.ack`."""
    words: dict[str, str] = {}

    def take(prefix: str, table: dict[str, object]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                take(f"{prefix}.{key}", value)
            else:
                words[f"{prefix}.{key}"] = str(value)

    for file in sorted(folder("i18n", lang).glob("*.toml")):
        take(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
    return words


class _Facts(dict[str, object]):
    """Facts of a message; one that is missing is drawn as unknown, for an error must always be told."""

    def __missing__(self, name: str) -> str:
        return "—"


class Words:
    """Speaks one language: `words("alarms.count", n=3)`."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def __call__(self, key: str, /, **facts: object) -> str:
        """The words of `key` with `{name}` filled from `facts`.

        Raises KeyError for a key the catalogue lacks: a missing word is a bug, and tests compare the catalogues.
        """
        text = catalogue(self.lang)[key]
        return text.format(**facts) if facts else text

    def told(self, error: Exception) -> str:
        """What a failure says to its user: what happened and what to do, in one or two sentences."""
        known = catalogue(self.lang)
        key = f"errors.{getattr(error, 'code', 'unexpected')}"
        facts = {"detail": str(error), **getattr(error, "facts", {})}
        parts = [known[part] for part in (key, f"{key}.do") if part in known]
        return (" " if self.lang == "en" else "").join(part.format_map(_Facts(facts)) for part in parts) or str(error)

    def of(self, text: Text) -> str:
        """A data file's text in this language, else in Chinese."""
        return text.get(self.lang) or text["zh"]
