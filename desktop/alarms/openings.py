"""What a rule says of the case it leads to, and whether that case can be opened so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from desktop.cases import rules
from desktop.cases.definition import CaseDefinition
from desktop.things.loader import SUFFIX
from desktop.things.model import AlarmRule, ThingModel
from resources.loader import DataFileError, error_at

DEFAULT_CASE = "device-fault"
"""What a rule that names no case definition is handled as."""

WRITTEN = ("description", "alarm")
"""The fields that every case of an alarm is opened with: what the alarm says, and which it was."""


def cannot_open(
    models: Mapping[str, ThingModel], definitions: Mapping[str, CaseDefinition], *things_in: Path
) -> list[DataFileError]:
    """The rules whose case could not be opened as they say, each with file (one of the folders `things_in` has it), line
    and reason; the alarm itself works all the same. A definition that is not there is told elsewhere."""
    return [
        error_at(file, reason, f"$.linli:alarms[{number}].{word}")
        for kind, model in models.items()
        for file in [path / (kind + SUFFIX) for path in things_in if (path / (kind + SUFFIX)).exists()][:1]
        for number, rule in enumerate(model.alarms)
        if (definition := definitions.get(rule.case or DEFAULT_CASE)) is not None
        for word, reason in _mistakes(rule, definition)
    ]


def _mistakes(rule: AlarmRule, definition: CaseDefinition) -> Iterator[tuple[str, str]]:
    given = {**rule.case_fields, **dict.fromkeys(WRITTEN, "…")}
    opening = definition.opening
    for field, why in rules.check_fields(definition, opening.needs, opening.takes, given):
        said = _SAID.get(why) or f"cannot be {given.get(field)!r} ({why})"
        word = "caseFields" if field in rule.case_fields else "case"
        yield word, f"{field!r} {said} where {definition.name!r} is opened"


_SAID = {"missing": "is needed", "not_asked": "is not asked for"}
