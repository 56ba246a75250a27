"""What one entity gives its thing: points with their listeners, acts, events, and what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.kernel.words import Text
from desktop.things.homeassistant.availability import Rule, read_rule
from desktop.things.homeassistant.bindings import Convert, Listener, as_text, sampling
from desktop.things.homeassistant.compiled import NotUnderstood, Template
from desktop.things.homeassistant.config import Config, clean
from desktop.things.homeassistant.tables import DeviceClass, alarms, classes, words
from desktop.things.homeassistant.templates import WHOLE, compile_template
from desktop.things.model import Action, AlarmRule, Condition, Danger, Event, Point
from desktop.things.units import Unit, listed

OWN = {"zh": "本系统默认值。", "en": "Linli's own default."}
"""Where the limits of alarms come from that nobody gave."""
UNEXPIRING = 90_000.0
"""Seconds after which a value without `expire_after` counts as stale: 25 h, the time after which Zigbee2MQTT calls a
silent battery device gone (its `availability.passive.timeout`). Home Assistant itself would show it for ever."""

Namer = Callable[[str], str]
"""Gives the name of the point of a role ("" for the entity's own), the same one every time."""


@dataclass
class Part:
    """One entity, read."""

    component: str
    device_class: str
    points: list[Point] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    alarms: list[AlarmRule] = field(default_factory=list)
    listeners: dict[str, list[Listener]] = field(default_factory=dict)
    not_understood: list[str] = field(default_factory=list)
    rule: Rule | None = None
    weight: int = 3
    """How much it matters among the thing's entities; 0 most, 9 never drawn large."""


class Builder:
    """Reads one entity's configuration into a Part. Its helpers raise Unreadable for values of the wrong type."""

    def __init__(self, component: str, config: Config, name_of: Namer, device_name: str) -> None:
        self.config = config
        self.name_of = name_of
        self.device_class = clean(config.text("device_class"), 64).lower()
        self.part = Part(component, self.device_class)
        self.row: DeviceClass | None = classes().get(component, {}).get(self.device_class)
        self.own_name = _own_name(config.name("name"), device_name)
        self.title = self._title(component)
        self._hidden = not config.flag("enabled_by_default", True)
        self._background = self._hidden or config.has("entity_category")

    def _title(self, component: str) -> Text:
        known = self.row.title if self.row else words().components.get(component, words().components["raw"])
        if not self.own_name:
            return known
        if self.row and self.own_name.lower() == self.row.en.lower():
            return known
        return words().names.get(self.own_name.lower(), {"zh": self.own_name, "en": self.own_name})

    def role_title(self, role: str) -> Text:
        """The title of a further point of the entity, as its brightness."""
        part = words().parts[role]
        if not self.own_name:
            return part
        return {lang: f"{self.own_name} {part[lang]}" for lang in ("zh", "en")}

    @property
    def unit(self) -> Unit | None:
        """The unit the entity announces; one we do not know is shown as it is."""
        written = clean(self.config.text("unit_of_measurement"), 24)
        if not written:
            return None
        return listed(written) or Unit(code=written, symbol=written, dimension=written, decimals=2)

    @property
    def stale_after(self) -> float:
        seconds = self.config.number("expire_after") or self.config.number("off_delay")
        return seconds if seconds and seconds > 0 else UNEXPIRING

    def note(self, text: str) -> None:
        """Says what was not understood, once."""
        line = f"{self.own_name or self.title['en']}: {text}"[:300]
        if line not in self.part.not_understood:
            self.part.not_understood.append(line)

    def template(self, key: str) -> Template | None:
        """The template of the option, the whole payload without one, None (and a note) when it is not understood."""
        source = self.config.raw(key)
        if source is None or source == "":
            return WHOLE
        try:
            return compile_template(self.config.text(key))
        except NotUnderstood as error:
            self.note(str(error))
            return None

    def add(self, topic: str, template_key: str, point: Point, convert: Convert) -> None:
        """A point fed by `topic`; without topic nothing; as raw text where its template is not understood."""
        if not topic:
            return
        template = self.template(template_key)
        if template is None:
            point, template, convert = self.raw(point), WHOLE, as_text
        self.listen(topic, point, sampling(point.name, template, convert))

    def listen(self, topic: str, point: Point, listener: Listener) -> None:
        self.part.points.append(point)
        self.part.listeners.setdefault(topic, []).append(listener)

    def point(self, role: str = "", *, title: Text | None = None, **options: Any) -> Point:
        """A point of the entity with what all its points share."""
        options.setdefault("stale_after", self.stale_after)
        options.setdefault("history", "none" if self._hidden else "change")
        shown = title or (self.role_title(role) if role else self.title)
        return Point(name=self.name_of(role), title=shown, **options)

    def raw(self, point: Point) -> Point:
        """The point as plain text, for what is not understood."""
        return Point(
            name=point.name, title=point.title, type="string", stale_after=point.stale_after, history=point.history
        )

    def act(self, role: str, action: str, danger: Danger = "none", topic_key: str = "command_topic") -> None:
        """An act of the entity, where it listens to commands. Drawn only; nothing here publishes."""
        if self.config.has(topic_key):
            name = f"{self.name_of('')}_{role}"
            title = words().actions[action]
            if self.own_name:
                title = {lang: f"{self.own_name} {title[lang]}" for lang in ("zh", "en")}
            self.part.actions.append(Action(name=name, title=title, danger=danger))

    def finish(self) -> Part:
        """The part with its availability, default alarms and weight."""
        self.part.rule, notes = read_rule(self.config)
        for note in notes:
            self.note(note)
        self._alarms()
        if self._background:
            self.part.weight = 9
        elif self.part.alarms:
            self.part.weight = 0
        elif self.part.component not in ("sensor", "binary_sensor"):
            self.part.weight = 1
        elif self.device_class:
            self.part.weight = 2
        return self.part

    def _alarms(self) -> None:
        if not self.part.points:
            return
        point = self.part.points[0]
        for row in alarms():
            fits = row.component == self.part.component and row.class_ == self.device_class
            typed = point.type == ("boolean" if row.equals is not None else "number")
            if not fits or not typed or (row.unit and row.unit != point.unit):
                continue
            when = Condition(point=point.name, above=row.above, below=row.below, equals=row.equals)
            self.part.alarms.append(
                AlarmRule(
                    name=f"{point.name}_{row.class_}", when=(when,), priority=row.priority, title=row.title,
                    cause=row.cause, consequence=row.consequence, response=row.response, source=OWN,
                    on_delay=row.on_delay, off_delay=row.off_delay, deadband=row.deadband,
                    life_safety=row.life_safety, case="device-fault",
                )
            )  # fmt: skip


def _own_name(name: str, device_name: str) -> str:
    # Older bridges put the device's name before the entity's; Home Assistant takes it off too.
    if device_name and name.lower() == device_name.lower():
        return ""
    if device_name and name.lower().startswith(device_name.lower() + " "):
        return name[len(device_name) :].strip()
    return name


def labels(states: Mapping[str, str]) -> dict[str, Text]:
    """Words for states: `{what the point holds: key of the words}`, the value itself where there are no words."""
    known = words().states
    return {value: known.get(key.lower(), {"zh": value, "en": value}) for value, key in states.items()}
