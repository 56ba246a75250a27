"""What is drawn and written out was so: no state between two states, and the last value is the last one told."""

from __future__ import annotations

import msgspec
import pytest

from db.rollup import Band
from desktop.kernel.words import Words
from desktop.things.model import Point, Thing, ThingModel
from desktop.things.views import ThingView
from ui.trends.rules import Pick
from ui.trends.sheet import Subject, rows_of

T = {"zh": "状态", "en": "State"}
LABELS = {
    str(n): {"zh": name, "en": name} for n, name in enumerate(("Stopped", "Auto", "Maintenance", "Hand", "Fault"))
}
CODE = Point(name="state", title=T, type="integer", labels=LABELS)
SWITCH = Point(name="run", title=T, type="boolean")
COUNTER = Point(name="energy", title=T, type="number", symbol="kWh", decimals=1)
WORDS = Words("en")


def subject(point: Point, *bands: Band) -> Subject:
    thing = Thing(id="a", name="a", model=ThingModel(kind="pump", title=T, points=(point,)), dialect="linli")
    view = ThingView(
        id="a", name="a", thing=thing, place_id=None, place_code="", place_path=(), out_of_service=False, out_reason="",
        online=True,
    )  # fmt: skip
    return Subject(Pick("a", point.name), view, point, bands=bands, held_until=1800.0)


FAULTS = subject(CODE, Band(0, 0, 4, 2.0, 4.0, 60), Band(900_000, 0, 4, 2.0, 0.0, 60))


def test_a_code_is_drawn_as_what_it_was_last_in_each_band() -> None:
    line = FAULTS.line(WORDS, 0)
    assert [line.told(value) for value in line.mean] == ["Fault (4)", "Stopped", "Stopped"]
    assert (line.low[0], line.high[0]) == (0, 4)
    assert FAULTS.figure_words(FAULTS.figures(0, 1800), WORDS)[3] == "Stopped"


def test_a_switch_is_drawn_as_on_or_off_and_its_mean_stays_a_share() -> None:
    run = subject(SWITCH, Band(0, 0, 1, 0.2, 1.0, 60))
    assert run.line(WORDS, 0).mean == [1.0, 1.0]
    assert run.figure_words(run.figures(0, 900), WORDS)[1:] == ("20%", "—", run.told(WORDS)(1.0))


@pytest.mark.parametrize("history", ["every", "change"])
def test_the_last_value_is_the_last_that_was_told(history: str) -> None:
    counter = subject(COUNTER, Band(0, 100, 200, 150, 200, 60), Band(86_400_000, 200, 300, 250, 300.0, 60))
    counter.point = msgspec.structs.replace(COUNTER, history=history)
    counter.held_until = 2 * 86_400.0
    assert counter.figure_words(counter.figures(0, 2 * 86_400), WORDS)[3] == "300.0 kWh"
    assert counter.line(WORDS, 0).mean[:2] == [150, 250]


def test_a_table_has_the_last_values_and_no_mean_of_codes() -> None:
    both = [FAULTS, subject(COUNTER, Band(0, 100, 200, 150, 200, 60))]
    head, *rows = rows_of(WORDS, both, [each.stored(0, 1800) for each in both])
    assert head[5:9] == ["Mean", "Least", "Greatest", "Last"]
    assert [row[5:9] for row in rows] == [["", 0, 4, 4.0], ["", 0, 4, 0.0], [150, 100, 200, 200]]


def test_what_was_told_in_the_period_has_figures_though_nothing_is_heard_now() -> None:
    silent = subject(CODE, Band(100_000, 0, 4, 2.0, 4.0, 60), Band(200_000, 0, 1, 0.5, 1.0, 60))
    silent.held_until = 0.0
    assert silent.figure_words(silent.figures(0, 900), WORDS)[3] == "Auto (1)"
    assert silent.figures(1000, 1800) is None
