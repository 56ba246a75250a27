"""Whether a device says it is there.

Home Assistant has availability per entity, Linli per thing: a thing is online when any of its entities that tell it is,
and offline when all of them say they are not. A thing whose entities tell nothing stays of unknown state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

from desktop.things.dialect import Online
from desktop.things.homeassistant.bindings import Listener
from desktop.things.homeassistant.compiled import MISSING, NotUnderstood, NoValue, Template
from desktop.things.homeassistant.config import Config, bad, checked_topic
from desktop.things.homeassistant.templates import WHOLE, compile_template

MAX_CHECKS = 16
Mode = Literal["all", "any", "latest"]


@dataclass(frozen=True, slots=True)
class Check:
    """One availability topic and the payloads that mean there and gone."""

    topic: str
    template: str
    there: str
    gone: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What an entity's checks mean together."""

    mode: Mode
    checks: tuple[Check, ...]


def read_rule(config: Config) -> tuple[Rule | None, list[str]]:
    """The entity's availability, None where it tells none, and what was not understood of it. Raises Unreadable."""
    entries = [Config(entry) for entry in config.raw("availability") or ()][: MAX_CHECKS + 1]
    if len(entries) > MAX_CHECKS:
        raise bad(f"more than {MAX_CHECKS} availability topics")
    checks, notes = [], []
    if topic := config.topic("availability_topic"):
        checks.append(_check(config, topic, config.text("availability_template")))
    for entry in entries:
        if topic := checked_topic(entry.raw("topic"), "availability topic"):
            checks.append(_check(entry, topic, entry.text("value_template")))
    kept = []
    for check in dict.fromkeys(checks):
        try:
            _template(check)
        except NotUnderstood as error:
            notes.append(f"availability: {error}")
        else:
            kept.append(check)
    mode = config.text("availability_mode", "latest")
    if mode not in ("all", "any", "latest"):
        raise bad(f"availability_mode is {mode[:20]!r}")
    return (Rule(cast(Mode, mode), tuple(kept)) if kept else None), notes


def _check(config: Config, topic: str, template: str) -> Check:
    there = config.text("payload_available", "online")
    return Check(topic, template, there, config.text("payload_not_available", "offline"))


def _template(check: Check) -> Template:
    return compile_template(check.template) if check.template else WHOLE


class Presence:
    """What a thing's checks last said. It outlives re-announcements: retained payloads are replayed only once."""

    def __init__(self) -> None:
        self._rules: tuple[Rule, ...] = ()
        self._said: dict[Check, bool] = {}
        self._latest: dict[Rule, bool] = {}

    def use(self, rules: Iterable[Rule]) -> None:
        """Forgets what the rules no longer ask for."""
        self._rules = tuple(dict.fromkeys(rules))
        asked = {check for rule in self._rules for check in rule.checks}
        self._said = {check: said for check, said in self._said.items() if check in asked}
        self._latest = {rule: said for rule, said in self._latest.items() if rule in self._rules}

    def listeners(self) -> dict[str, list[Listener]]:
        """What listens to the availability topics."""
        found: dict[str, list[Listener]] = {}
        for check in dict.fromkeys(check for rule in self._rules for check in rule.checks):
            found.setdefault(check.topic, []).append(self._listener(check))
        return found

    def _listener(self, check: Check) -> Listener:
        template = _template(check)

        def read(text: str, json: Any) -> Online | None:
            try:
                said = template.read(text, json)
            except NoValue:
                return None
            word = said if isinstance(said, str) else "" if said is MISSING else str(said)
            if word != check.there and word != check.gone:
                return None
            return self._hear(check, word == check.there)

        return Listener(read, template.uses_text, template.uses_json)

    def _hear(self, check: Check, there: bool) -> Online | None:
        self._said[check] = there
        for rule in self._rules:
            if check in rule.checks:
                self._latest[rule] = there
        known = [self._judge(rule) for rule in self._rules]
        if any(known):
            return Online(True)
        return Online(False) if all(state is False for state in known) else None

    def _judge(self, rule: Rule) -> bool | None:
        """Whether the rule's entity is there; None while too little was said."""
        if rule.mode == "latest":
            return self._latest.get(rule)
        said = [self._said.get(check) for check in rule.checks]
        decisive = rule.mode == "any"
        if decisive in said:
            return decisive
        return None if None in said else not decisive
