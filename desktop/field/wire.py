"""What goes through the pipe between field process and console: each message once, and each thing model once.

Thousands of things share some fifty models. Sent with every thing, a model is most of the bytes, and most of the memory on
the other side, where each copy would be one of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.field.messages import FromField, ThingSeen
from desktop.things.model import Thing, ThingModel

MOST_MODELS = 4_096
"""Models remembered; over that both sides begin anew (things described by themselves bring one each)."""


class ModelTold(msgspec.Struct, frozen=True, tag=True):
    """A model that the things after it name by its number. Number 0 begins anew."""

    number: int
    model: ThingModel


class Teller:
    """The field process's end. Not thread-safe."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        # The models themselves are kept, for an id is given again once its object is gone.
        self._known: dict[int, tuple[int, ThingModel]] = {}

    def __call__(self, message: FromField) -> None:
        """Raises OSError when the console is gone."""
        if isinstance(message, ThingSeen):
            if len(self._known) > MOST_MODELS:
                self._known.clear()
            thing = message.thing
            unchanged = None if thing.unchanged is None else self._named(thing.unchanged)
            named = msgspec.structs.replace(thing, model=self._named(thing.model), unchanged=unchanged)
            message = ThingSeen(named, message.slot)
        self._send(msgspec.msgpack.encode(message))

    def _named(self, model: ThingModel) -> ThingModel:
        """A stand-in that holds the model's number; the model goes before it when it is new."""
        known = self._known.get(id(model))
        if known is None:
            known = self._known[id(model)] = len(self._known), model
            self._send(msgspec.msgpack.encode(ModelTold(*known)))
        return ThingModel(kind=str(known[0]), title={})


class Hearer:
    """The console's end."""

    def __init__(self) -> None:
        self._decoder = msgspec.msgpack.Decoder(FromField | ModelTold)
        self._known: dict[int, ThingModel] = {}

    def __call__(self, data: bytes) -> FromField | None:
        """The message, or None for what is the wire's own. Raises msgspec.DecodeError."""
        message: FromField | ModelTold = self._decoder.decode(data)
        if isinstance(message, ModelTold):
            if message.number == 0:
                self._known.clear()
            self._known[message.number] = message.model
            return None
        if isinstance(message, ThingSeen):
            return ThingSeen(self._whole(message.thing), message.slot)
        return message

    def _whole(self, thing: Thing) -> Thing:
        unchanged = None if thing.unchanged is None else self._known[int(thing.unchanged.kind)]
        return msgspec.structs.replace(thing, model=self._known[int(thing.model.kind)], unchanged=unchanged)
