"""What a form shows and nobody types in: the points of a round."""

from __future__ import annotations

from desktop.cases import rounds
from desktop.cases.definition import CaseField
from desktop.kernel.words import Words
from ui.parts.entry import Entry
from ui.parts.text import Label


class Held(Entry):
    """How far a round is; its points are visited from the case itself."""

    def __init__(self, words: Words, field: CaseField, value: object) -> None:
        far = rounds.progress(value)
        super().__init__(words.of(field.title), hint=words("casework.form.round_hint"))
        self.fill(text := Label(words("casework.form.round", done=far.visited, all=far.total), "body", wrap=True), text)

    def value(self) -> object:
        return None
