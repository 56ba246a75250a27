"""Things from entities: those that name the same device become one thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from desktop.things.dialect import Binding, Described, Unreadable, Withdrawn
from desktop.things.homeassistant.availability import Presence
from desktop.things.homeassistant.bindings import Listener, bind
from desktop.things.homeassistant.config import Config, bad, clean
from desktop.things.homeassistant.entities import Entity, Key, read
from desktop.things.homeassistant.parts import Part
from desktop.things.homeassistant.tables import Kind, kinds
from desktop.things.model import Point, Thing, ThingModel

MAX_ENTITIES = 512
"""Entities of one device."""
MAX_DEVICES = 20_000
MAX_NAMES = 4 * MAX_ENTITIES
"""Names of points remembered for a device's entities, those that went included."""
MAX_IDENTIFIERS = 32
MAX_NOTES = 64
MAIN_POINTS = 3

_PLACE = re.compile(r"[\w-]{1,32}")


def slug(text: str) -> str:
    """A short id of the text, the same one every time; texts that differ have ids that differ."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:48]
    if plain == text and plain:
        return plain
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest


def identifiers(device: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything that says which device it is: identifiers and connections. Raises Unreadable."""
    found = device.get("identifiers") or ()
    listed = found if isinstance(found, list) else [found] if isinstance(found, str | int) else []
    connections = device.get("connections") or []
    if not isinstance(connections, list) or len(listed) + len(connections) > MAX_IDENTIFIERS:
        raise bad("identifiers or connections are no short lists")
    ids = sorted(str(each)[:256] for each in listed if isinstance(each, str | int) and str(each))
    pairs = [pair for pair in connections if isinstance(pair, list) and len(pair) == 2]
    return (*ids, *sorted(f"{pair[0]}-{pair[1]}"[:256].lower() for pair in pairs))


@dataclass(frozen=True, slots=True)
class Info:
    """What a device says of itself."""

    name: str = ""
    maker: str = ""
    version: str = "1"
    place: str = ""
    via: str = ""
    """An identifier of the device it speaks through."""


def read_info(values: Any) -> Info:
    """The device section, read. Raises Unreadable."""
    device = Config(values if isinstance(values, dict) else {})
    model, place = device.name("model"), device.name("suggested_area")
    return Info(
        name=device.name("name") or model,
        maker=" ".join(filter(None, (device.name("manufacturer"), model))),
        version=device.name("sw_version") or "1",
        place=place if _PLACE.fullmatch(place) else "",
        via=device.text("via_device")[:256],
    )


@dataclass
class Device:
    """One thing in the making. Point names and presence outlive re-announcements."""

    id: str
    fallback_name: str
    info: Info = Info()
    ids: set[str] = field(default_factory=set)
    parts: dict[Key, Part] = field(default_factory=dict)
    refused: dict[Key, str] = field(default_factory=dict)
    names: dict[tuple[Key, str], str] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)

    def point_name(self, entity: Entity, role: str) -> str:
        """The name of an entity's point: its object id; what can be told something carries its component before it,
        so that a bridge's `sensor/mode` and `select/mode` keep their names whichever comes first."""
        known = self.names.get((entity.key, role))
        if known:
            return known
        name = re.sub(r"[^a-z0-9]+", "_", entity.object_id.lower()).strip("_")[:64] or entity.component
        if entity.component not in ("sensor", "binary_sensor") and name != entity.component:
            name = f"{entity.component}_{name}"
        if role:
            name = f"{name}_{role}"
        taken, wanted, number = set(self.names.values()), name, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        self.names[entity.key, role] = name
        return name

    def put(self, entity: Entity) -> None:
        """Takes the entity in, for the first time or anew. Raises Unreadable and changes nothing."""
        if entity.key not in self.parts and len(self.parts) >= MAX_ENTITIES:
            raise bad(f"a device of more than {MAX_ENTITIES} entities")
        part = read(entity, lambda role: self.point_name(entity, role), self.info.name)
        self.parts[entity.key] = part
        self.refused.pop(entity.key, None)

    def drop(self, key: Key) -> None:
        self.parts.pop(key, None)
        self.refused.pop(key, None)
        if len(self.names) > MAX_NAMES:
            self.names = {each: name for each, name in self.names.items() if each[0] in self.parts}

    def hand_over(self, old: Key, new: Key) -> None:
        """The entity moved to another topic: its points keep their names."""
        self.drop(old)
        for key, role in [each for each in self.names if each[0] == old]:
            self.names[new, role] = self.names.pop((key, role))

    def described(self, parent: str = "") -> Described:
        """The whole thing as it is now; `parent` is the id of the thing it speaks through."""
        parts = list(self.parts.values())
        self.presence.use(part.rule for part in parts if part.rule)
        listeners: dict[str, list[Listener]] = {}
        for source in (*(part.listeners for part in parts), self.presence.listeners()):
            for topic, found in source.items():
                listeners.setdefault(topic, []).extend(found)
        bindings: dict[str, Binding] = {topic: bind(found) for topic, found in listeners.items()}
        return Described(self._thing(parts, parent), bindings)

    def _thing(self, parts: list[Part], parent: str) -> Thing:
        kind = _kind(parts)
        notes = dict.fromkeys((*(note for part in parts for note in part.not_understood), *self.refused.values()))
        model = ThingModel(
            kind=kind.id, title={"zh": kind.zh, "en": kind.en}, version=self.info.version,
            icon=kind.icon, system=kind.system, points=_points(parts),
            alarms=tuple(alarm for part in parts for alarm in part.alarms),
            actions=tuple(action for part in parts for action in part.actions),
            events=tuple(event for part in parts for event in part.events),
        )  # fmt: skip
        return Thing(
            id=self.id, name=self.info.name or self.fallback_name, model=model, dialect="homeassistant",
            place=self.info.place, maker=self.info.maker, parent=parent, not_understood=tuple(notes)[:MAX_NOTES],
        )  # fmt: skip


def _kind(parts: list[Part]) -> Kind:
    having = {(part.component, part.device_class) for part in parts} | {(part.component, "") for part in parts}
    return next(row for row in kinds() if not row.component or (row.component, row.class_) in having)


def _points(parts: list[Part]) -> tuple[Point, ...]:
    """Every point; the first few of the weightiest entities are the main ones."""
    weighted = sorted((part.weight, order) for order, part in enumerate(parts) if part.points and part.weight < 9)
    main = {parts[order].points[0].name for _weight, order in weighted[:MAIN_POINTS]}
    points = [point for part in parts for point in part.points]
    return tuple(msgspec.structs.replace(point, main=True) if point.name in main else point for point in points)


class Devices:
    """Every device known by discovery."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._by_identifier: dict[str, Device] = {}
        self._waiting: dict[str, set[str]] = {}
        """Ids of the things that speak through a device nobody has announced yet, by its identifier."""
        self._owners: dict[Key, Device] = {}
        self._topics: dict[str, dict[Key, None]] = {}
        self._unique: dict[tuple[str, str], Key] = {}
        self._unique_of: dict[Key, tuple[str, str]] = {}

    def put(self, entity: Entity) -> set[str]:
        """Takes in an entity; gives the ids of the things that changed. Raises Unreadable and changes nothing."""
        info = read_info(entity.config.raw("device"))
        unique = (entity.component, entity.unique_id)
        device = self._device_of(entity)
        try:
            changed = self._make_room(entity, device, unique)
            before, device.info = device.info, info
            try:
                device.put(entity)
            except Unreadable:
                device.info = before
                raise
        except Unreadable:
            self._forget_if_empty(device)
            raise
        self._own(entity.key, device)
        if unique[1]:
            self._unique[unique] = entity.key
            self._unique_of[entity.key] = unique
        for identifier in device.ids & self._waiting.keys():
            changed |= self._waiting.pop(identifier)
        return changed | {device.id}

    def refuse(self, entity: Entity, why: str) -> set[str]:
        """Notes on the thing that this entity of it was refused; gives its id, if the thing is known."""
        found = (self._by_identifier.get(each) for each in identifiers(entity.config.raw("device") or {}))
        device = next((each for each in found if each is not None), None)
        if device is None:
            return set()
        device.drop(entity.key)
        device.refused[entity.key] = f"{entity.component} {clean(entity.object_id)}: {why}"[:300]
        self._own(entity.key, device)
        return {device.id}

    def remove(self, key: Key) -> set[str]:
        """Takes an entity out; gives the id of the thing that changed, if any did."""
        device = self._owners.pop(key, None)
        if device is None:
            return set()
        self._topics[key.topic].pop(key)
        if not self._topics[key.topic]:
            del self._topics[key.topic]
        device.drop(key)
        unique = self._unique_of.pop(key, None)
        if unique is not None and self._unique.get(unique) == key:
            del self._unique[unique]
        return {device.id}

    def remove_topic(self, topic: str) -> set[str]:
        """Takes out everything the topic announced; gives the ids of the things that changed."""
        changed: set[str] = set()
        for key in list(self._topics.get(topic, ())):
            changed |= self.remove(key)
        return changed

    def tell(self, changed: Iterable[str]) -> list[Described | Withdrawn]:
        """The things anew, those without entities withdrawn."""
        told: list[Described | Withdrawn] = []
        for thing_id in sorted(changed):
            device = self._devices.get(thing_id)
            if device is None or self._forget_if_empty(device):
                told.append(Withdrawn(thing_id))
            else:
                told.append(device.described(self._parent_of(device)))
        return told

    def _parent_of(self, device: Device) -> str:
        via = device.info.via
        if not via:
            return ""
        parent = self._by_identifier.get(via)
        if parent is None:
            self._waiting.setdefault(via, set()).add(device.id)
            return ""
        return parent.id if parent is not device else ""

    def _own(self, key: Key, device: Device) -> None:
        self._owners[key] = device
        self._topics.setdefault(key.topic, {})[key] = None

    def _device_of(self, entity: Entity) -> Device:
        ids = identifiers(entity.config.raw("device") or {})
        known = next((self._by_identifier[each] for each in ids if each in self._by_identifier), None)
        alone = "" if ids else entity.unique_id or " ".join(filter(None, (entity.key.topic, entity.key.component_key)))
        if not ids:
            ids = (f"entity {entity.component} {alone}",)
            known = self._by_identifier.get(ids[0])
        device = known or self._new_device(entity, alone or ids[0])
        for identifier in ids:
            if self._by_identifier.setdefault(identifier, device) is device:
                device.ids.add(identifier)
        return device

    def _new_device(self, entity: Entity, identity: str) -> Device:
        if len(self._devices) >= MAX_DEVICES:
            raise bad(f"more than {MAX_DEVICES} devices")
        wanted = found = f"ha-{slug(identity)}"
        number = 2
        # A device and a lone entity may have the same name.
        while found in self._devices:
            found, number = f"{wanted}-{number}", number + 1
        device = Device(id=found, fallback_name=entity.config.name("name") or clean(entity.object_id))
        self._devices[device.id] = device
        return device

    def _make_room(self, entity: Entity, device: Device, unique: tuple[str, str]) -> set[str]:
        """Takes the entity away from where it was before: another device, or another topic with its unique id."""
        before = self._owners.get(entity.key)
        twin = self._unique.get(unique) if unique[1] else None
        moved = before is not None and before is not device
        doubled = twin is not None and twin != entity.key and twin in self._owners
        if not moved and not doubled:
            return set()
        # Only an entity that will be taken in may push another out.
        read(entity, lambda role: role or "state", "")
        changed = self.remove(entity.key) if moved else set()
        if doubled and twin is not None:
            owner = self._owners[twin]
            changed |= self.remove(twin)
            if owner is device:
                device.hand_over(twin, entity.key)
        return changed

    def _forget_if_empty(self, device: Device) -> bool:
        if device.parts or device.refused:
            return False
        self._devices.pop(device.id, None)
        for identifier in device.ids:
            self._by_identifier.pop(identifier, None)
        return True
