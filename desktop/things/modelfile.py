"""The shape of a thing-model file: the TD 1.1 terms the program reads and our own `linli:` terms (docs/thing-models.md).

Other TD terms (descriptions, forms, schemas of event data) may stand beside them; inside an alarm, which is all ours, an
unknown word is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.kernel.words import Text
from desktop.things.model import Condition, Counter, Danger, Index, Panel, Severity, Value

Words = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(ge=0)]
System = Literal[
    "water", "power", "lift", "fire", "gas", "flood", "access", "security", "energy", "light", "environment", "care",
    "network", "other",
]  # fmt: skip


class TextForm(msgspec.Struct, frozen=True):
    """A text in both languages; more may follow."""

    zh: Words
    en: Words

    def text(self) -> Text:
        return {"zh": self.zh, "en": self.en}


def both(text: TextForm | str) -> Text:
    """A text that may be given in one language only."""
    return {"zh": text, "en": text} if isinstance(text, str) else text.text()


class VersionForm(msgspec.Struct, frozen=True):
    model: Words


class PropertyForm(msgspec.Struct, frozen=True, kw_only=True):
    titles: TextForm
    type: Literal["boolean", "integer", "number", "string"]
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Value, ...] = ()
    read_only: bool = field(name="readOnly", default=False)
    symbol: str = field(name="linli:symbol", default="")
    decimals: Annotated[int, Meta(ge=0, le=6)] = field(name="linli:decimals", default=0)
    labels: dict[str, TextForm] = field(name="linli:labels", default_factory=dict)
    main: bool = field(name="linli:main", default=False)
    stale_after: Annotated[float, Meta(gt=0)] = field(name="linli:staleAfter", default=60.0)
    history: Literal["every", "change", "none"] = field(name="linli:history", default="change")
    counter: Counter | None = field(name="linli:counter", default=None)
    index: Index | None = field(name="linli:index", default=None)
    simulate: Mapping[str, object] = field(name="linli:simulate", default_factory=dict)


class ActionForm(msgspec.Struct, frozen=True, kw_only=True):
    titles: TextForm
    danger: Danger = field(name="linli:danger")
    """Never left out: what nobody weighed would count as harmless."""


class EventDataForm(msgspec.Struct, frozen=True, kw_only=True):
    media: Literal["", "image/jpeg"] = field(name="contentMediaType", default="")


class EventForm(msgspec.Struct, frozen=True, kw_only=True):
    titles: TextForm
    data: EventDataForm = EventDataForm()
    simulate: Mapping[str, object] = field(name="linli:simulate", default_factory=dict)


class AlarmForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    severity: Severity
    respond_within: Annotated[float, Meta(gt=0)]
    """Minutes."""
    when: Annotated[tuple[Condition, ...], Meta(min_length=1)]
    title: TextForm
    cause: TextForm
    consequence: TextForm
    response: TextForm
    source: TextForm | Words
    """In both languages, or in the one in which whoever wrote the model knows it."""
    on_delay: Seconds = 0.0
    off_delay: Seconds = 0.0
    deadband: Seconds = 0.0
    latch: bool = False
    re_alarm: Seconds = 0.0
    life_safety: bool = False
    maximum_limit: float | None = None
    """The highest `above` that the source allows; a site may set a lower one."""
    case: Words | None = None
    case_fields: dict[str, Words] = field(default_factory=dict)
    start_case: bool = False


class LinkForm(msgspec.Struct, frozen=True):
    rel: str = ""


class ModelForm(msgspec.Struct, frozen=True, kw_only=True):
    type: str | tuple[str, ...] = field(name="@type")
    titles: TextForm
    version: VersionForm
    icon: Words = field(name="linli:icon")
    system: System = field(name="linli:system")
    indicator: str = field(name="linli:indicator", default="")
    links: tuple[LinkForm, ...] = ()
    panel: Panel = field(name="linli:panel", default=Panel())
    # Read one by one by the loader, so that a mistake is told with the name of its property and its line.
    properties: dict[str, object]
    actions: dict[str, object] = field(default_factory=dict)
    events: dict[str, object] = field(default_factory=dict)
    alarms: tuple[object, ...] = field(name="linli:alarms", default=())
