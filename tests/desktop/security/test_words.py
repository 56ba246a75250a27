"""Every failure and every check has words in both languages."""

from __future__ import annotations

import string

import pytest

import desktop.field.broker
import desktop.security.errors as errors
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Lang, catalogue


def codes() -> set[str]:
    def below(kind: type[LinliError]) -> set[str]:
        return {kind.code}.union(*(below(one) for one in kind.__subclasses__()))

    assert desktop.field.broker.BrokerUnavailable.code in below(LinliError)
    return below(LinliError) | set(errors._STORE_CODES.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_failure_says_what_happened_what_still_works_and_what_to_do(lang: Lang) -> None:
    wanted = {f"errors.{code}{part}" for code in codes() for part in ("", ".still", ".do")}
    assert wanted <= catalogue(lang).keys()


@pytest.mark.parametrize("room", ["errors", "security", "places", "people", "journal", "check"])
def test_both_languages_have_the_same_words_and_gaps(room: str) -> None:
    def gaps(lang: Lang) -> dict[str, set[str | None]]:
        mine = {key: text for key, text in catalogue(lang).items() if key.startswith(f"{room}.")}
        assert mine and all(mine.values())
        return {key: {gap for _, gap, *_ in string.Formatter().parse(text)} - {None} for key, text in mine.items()}

    assert gaps("zh") == gaps("en")
