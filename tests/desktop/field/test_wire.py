"""Things come out of the pipe as they went in, and share their models."""

from __future__ import annotations

import msgspec
import pytest

from desktop.field import wire
from desktop.field.messages import FromField, Health, ThingGone, ThingSeen
from desktop.field.wire import Hearer, Teller
from desktop.things.loader import load_models
from desktop.things.model import Thing, ThingModel

MODELS = load_models().models


def through(*messages: FromField) -> tuple[list[FromField], int]:
    """What arrives, and how many bytes it took."""
    sent: list[bytes] = []
    teller, hearer = Teller(sent.append), Hearer()
    for message in messages:
        teller(message)
    heard = [message for data in sent if (message := hearer(data)) is not None]
    return heard, sum(map(len, sent))


def seen(n: int, model: ThingModel, unchanged: ThingModel | None = None) -> ThingSeen:
    return ThingSeen(Thing(id=f"t{n}", name="", model=model, dialect="linli", unchanged=unchanged), n)


def test_every_kind_comes_through_whole() -> None:
    messages = [seen(n, model) for n, model in enumerate(MODELS.values())]
    assert through(*messages, ThingGone("t1"))[0] == [*messages, ThingGone("t1")]


def test_things_of_a_kind_share_one_model_and_its_bytes() -> None:
    lift = MODELS["lift"]
    [first, second], _ = through(seen(1, lift), seen(2, lift))
    assert isinstance(first, ThingSeen) and isinstance(second, ThingSeen)
    assert first.thing.model is second.thing.model and first.thing.model == lift
    _, bytes_of_one = through(seen(1, lift))
    _, bytes_of_many = through(*(seen(n, lift) for n in range(100)))
    assert bytes_of_many < 100 * bytes_of_one / 10


def test_a_model_the_site_changed_comes_with_the_unchanged_one() -> None:
    lift = MODELS["lift"]
    changed = msgspec.structs.replace(lift, alarms=lift.alarms[:1])
    message = seen(1, changed, unchanged=lift)
    assert through(message)[0] == [message]


def test_models_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_MODELS", 5)
    own = [msgspec.structs.replace(MODELS["lift"], version=str(n)) for n in range(40)]
    messages = [seen(n, model, own[n - 1] if n % 3 else None) for n, model in enumerate(own)]
    sent: list[bytes] = []
    teller, hearer = Teller(sent.append), Hearer()
    for message in messages:
        teller(message)
        assert len(teller._known) <= 7
    assert [m for data in sent if (m := hearer(data)) is not None] == messages
    assert len(hearer._known) <= 7


def test_health_is_untouched() -> None:
    health = Health(
        link="up", link_since_ms=1, link_detail="", messages=1, rate=1.0, rejected={}, dropped={}, queued={}, things=1,
        points=1, samples_stored=1, broker_dropped=None,
    )  # fmt: skip
    assert through(health)[0] == [health]
