"""What simulated cameras see: pictures that nobody takes for real ones, each with the camera's name and the time."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from desktop.simulate.curves import DAY, OFFSET
from desktop.simulate.noise import seed_of
from desktop.simulate.publisher import Message, Voice
from desktop.simulate.scenario import Doing
from desktop.simulate.trouble import silent
from desktop.things.linli import topic_root
from resources.loader import folder

EVERY = 4.0
"""Seconds between two pictures of a camera."""
SIZE = 640, 360
NOTICE = "模拟画面"
HORIZON = 150
SKY, GROUND = (126, 164, 196), (112, 112, 108)
ZONE = timezone(timedelta(seconds=OFFSET))


class Eyes:
    """The cameras among the devices; each sends a picture every four seconds, as long as it is there and not blind."""

    def __init__(self, voices: Sequence[Voice], community: str) -> None:
        self._eyes = [
            (voice, f"{topic_root(community)}/{voice.device.id}/{voice.model.still}")
            for voice in voices
            if voice.model.still
        ]
        self._due = 0.0
        self._turn = 0

    def see(self, now: float, at: float, doings: Mapping[str, Sequence[Doing]], cut: set[str]) -> Iterator[Message]:
        """What is to be sent now (monotonic seconds), at a time in Unix seconds: one picture at most, so that they come
        evenly. `doings` is what a scenario does, `cut` which gateways are gone."""
        if not self._eyes or now < self._due:
            return
        self._due = now + EVERY / len(self._eyes)
        self._turn += 1
        voice, topic = self._eyes[self._turn % len(self._eyes)]
        device, does = voice.device, doings.get(voice.device.id, ())
        said = {doing.step.points.get("picture") for doing in does}
        if device.parent in cut or "lost" in said or any(silent(doing.step, voice.model) for doing in does):
            return
        yield Message(topic, still(device.name, at, covered="covered" in said))


def still(name: str, at: float, *, covered: bool = False) -> bytes:
    """A JPEG of 640 × 360: houses of the camera's own by day or night, or next to nothing where the lens is covered."""
    sun = max(0.0, math.sin(((at + OFFSET) % DAY / DAY - 0.25) * 2 * math.pi))
    light = 0.05 if covered else 0.3 + 0.7 * sun
    image = Image.new("RGB", SIZE, _lit(SKY, light))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HORIZON, *SIZE), fill=_lit(GROUND, light))
    shape = random.Random(seed_of(0, name))
    for _ in range(0 if covered else 7):
        left, width, height = shape.randrange(-40, SIZE[0]), shape.randrange(50, 130), shape.randrange(40, 120)
        tone, foot = shape.randrange(120, 200), HORIZON + shape.randrange(10, 90)
        draw.rectangle((left, foot - height, left + width, foot), fill=_lit((tone, tone - 10, tone - 25), light))
    draw.text((14, 10), f"{datetime.fromtimestamp(at, ZONE):%Y-%m-%d %H:%M:%S}", "white", _font())
    draw.text((14, SIZE[1] - 36), name, "white", _font())
    draw.text((SIZE[0] - 14, SIZE[1] - 36), NOTICE, "white", _font(), anchor="ra")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _lit(colour: tuple[int, int, int], light: float) -> tuple[int, int, int]:
    red, green, blue = colour
    return round(red * light), round(green * light), round(blue * light)


@lru_cache(1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(folder("fonts") / "NotoSansSC-Medium.ttf"), 20)
