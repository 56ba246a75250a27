"""What belongs to a maker and not to a kind: the words of its codes, and which of them tell of no fault. In
`resources/vendors/*.toml`, and beside them a site's own in `<data-dir>/vendors`.

Lift fault 08 of one maker is not that of another: a model names no codes but those all makers share, and a code that no
file knows is shown bare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from desktop.things.checking import fits
from desktop.things.model import AlarmRule, Condition, Thing, ThingModel, Value
from desktop.things.modelfile import TextForm
from resources.loader import DataFileError, error_at, folder, load

SITE_VENDORS = "vendors"
"""Where a site's own files of makers stand, in its data folder."""


class VendorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One maker's codes."""

    makers: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The maker as devices announce it; a device may write its model behind, after a space."""
    source: Annotated[str, Meta(min_length=1)]
    """Where the list comes from."""
    labels: Mapping[str, Mapping[str, Mapping[str, TextForm]]] = {}
    """Words by kind, point and code."""
    no_fault: Mapping[str, Mapping[str, tuple[Value, ...]]] = {}
    """Codes that tell of no fault (a pressed button, a mode, "restored by itself"), by kind and point: what compares the
    point by `differs` holds them for no difference. What protects lives does not: it rests on more than a code."""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset((*self.labels, *self.no_fault))


class Vendors:
    """The files of makers that were read, and those that were refused."""

    def __init__(self, files: tuple[VendorFile, ...], refused: tuple[DataFileError, ...] = ()) -> None:
        self.files, self.refused = files, refused
        self._models: dict[tuple[int, int], tuple[ThingModel, ThingModel]] = {}
        """Models as a maker has them, by the identities of model and file; the first is kept so that it stays alive."""

    def applied(self, thing: Thing) -> Thing:
        """The thing as its maker has it; the same thing when no file knows the maker or the kind."""
        maker = thing.maker.casefold()
        for file in self.files if maker else ():
            if thing.model.kind in file.kinds and any(_is(maker, known.casefold()) for known in file.makers):
                return msgspec.structs.replace(thing, model=self._model(thing.model, file))
        return thing

    def _model(self, model: ThingModel, file: VendorFile) -> ThingModel:
        key = id(model), id(file)
        known = self._models.get(key)
        if known is None:
            if len(self._models) >= _MOST_MODELS:
                self._models.clear()
            known = self._models[key] = model, _as_the_maker_has_it(model, file)
        return known[1]


_MOST_MODELS = 1024


@cache
def vendors() -> Vendors:
    """The program's own. Raises DataFileError for a file that is wrong, or a maker who has two for one kind."""
    found: list[VendorFile] = []
    for path in sorted(folder("vendors").glob("*.toml")):
        file = load(path, VendorFile)
        _refuse_taken(path, file, found)
        found.append(file)
    return Vendors(tuple(found))


def vendors_with(site: Path, models: Mapping[str, ThingModel]) -> Vendors:
    """The program's and those of a site's folder. There a file with a mistake is refused with file, line and reason, and the
    rest counts; it is a mistake as well to speak of a kind or a point that `models` do not have, and of a maker's kind
    that has a file already."""
    found, refused = list(vendors().files), list[DataFileError]()
    for path in sorted(site.glob("*.toml")):
        try:
            file = load(path, VendorFile)
            _refuse_taken(path, file, found)
            for at, reason in mistakes(file, models):
                raise error_at(path, reason, at)
        except DataFileError as error:
            refused.append(error)
        else:
            found.append(file)
    return Vendors(tuple(found), tuple(refused))


def mistakes(file: VendorFile, models: Mapping[str, ThingModel]) -> Iterator[tuple[str, str]]:
    """What a file says that the models do not have: where, and why it is wrong."""
    for section, kinds in (("labels", file.labels), ("no_fault", file.no_fault)):
        for kind, points in kinds.items():
            model = models.get(kind)
            if model is None:
                yield f"$.{section}.{kind}", f"there is no kind {kind!r}"
                continue
            for name in points:
                if model.point(name) is None:
                    yield f"$.{section}.{kind}.{name}", f"{kind} has no property {name!r}"
    for kind, codes in file.no_fault.items():
        for name, values in codes.items():
            point = models[kind].point(name) if kind in models else None
            for value in values:
                if point is not None and not fits(value, point.type):
                    yield f"$.no_fault.{kind}.{name}", f"{name} is a {point.type} and never {value!r}"


def _refuse_taken(path: Path, file: VendorFile, others: list[VendorFile]) -> None:
    for other in others:
        makers = {maker.casefold() for maker in other.makers}
        for maker in file.makers:
            for kind in sorted(file.kinds & other.kinds) if maker.casefold() in makers else ():
                raise error_at(path, f"the {kind} codes of {maker!r} stand in another file already", "$.makers")


def _is(maker: str, known: str) -> bool:
    return maker == known or maker.startswith(known + " ")


def _as_the_maker_has_it(model: ThingModel, file: VendorFile) -> ThingModel:
    labels, no_fault = file.labels.get(model.kind, {}), file.no_fault.get(model.kind, {})
    points = tuple(
        msgspec.structs.replace(point, labels={code: text.text() for code, text in labels[point.name].items()})
        if point.name in labels
        else point
        for point in model.points
    )
    alarms = tuple(_rule(rule, no_fault) for rule in model.alarms) if no_fault else model.alarms
    return msgspec.structs.replace(model, points=points, alarms=alarms)


def _rule(rule: AlarmRule, no_fault: Mapping[str, tuple[Value, ...]]) -> AlarmRule:
    if rule.life_safety or not any(each.point in no_fault and each.differs is not None for each in rule.when):
        return rule
    return msgspec.structs.replace(rule, when=tuple(_condition(each, no_fault) for each in rule.when))


def _condition(condition: Condition, no_fault: Mapping[str, tuple[Value, ...]]) -> Condition:
    if condition.differs is None or condition.point not in no_fault:
        return condition
    return msgspec.structs.replace(condition, nor=(*condition.nor, *no_fault[condition.point]))
