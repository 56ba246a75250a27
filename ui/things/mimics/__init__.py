"""Pictures of what a thing is doing, drawn from the mimic data of its model."""

from __future__ import annotations

from desktop.kernel.words import Words
from desktop.things.model import OneLineMimic, PumpsMimic, ThingModel
from ui.things.mimics.base import MimicView
from ui.things.mimics.one_line import OneLineView
from ui.things.mimics.pumps import PumpsView
from ui.things.mimics.shaft import ShaftView


def mimic_of(model: ThingModel, words: Words) -> MimicView | None:
    """The picture that the model asks for; None when it asks for none."""
    mimic = model.panel.mimic
    if mimic is None:
        return None
    if isinstance(mimic, PumpsMimic):
        return PumpsView(mimic, model, words)
    if isinstance(mimic, OneLineMimic):
        return OneLineView(mimic, model, words)
    return ShaftView(mimic, model, words)
