"""What begins and ends by which values, delays and limits; against a slow statement of the same rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.handover import Handover
from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Active, Onset, Return, Transition, change_of
from desktop.field.alarmbook import AlarmBook
from desktop.kernel.ids import deterministic_id
from desktop.things.model import ONLINE, AlarmRule, Condition, Value
from tests.desktop.alarms.support import WALL, WALL_MS, rule, thing

ABOVE = Condition(point="a", above=10)


def evaluator(*rules: AlarmRule) -> Evaluator:
    made = Evaluator(wall=lambda: WALL)
    assert not made.watch(thing(*rules))
    return made


def told(transitions: Any) -> list[str]:
    return [("+" if isinstance(t, Onset) else "-") + t.alarm.rule.name for t in transitions]


@pytest.mark.parametrize(
    ("condition", "outside", "inside"),
    [
        (Condition(point="a", above=10), 9.999, 10),
        (Condition(point="a", below=10), 10.001, 10),
        (Condition(point="a", equals="up"), "down", "up"),
        (Condition(point="a", equals=False), True, False),
        (Condition(point="a", differs=0), 0, 1),
        (Condition(point=ONLINE, equals=False), True, False),
    ],
)
def test_a_limit_belongs_to_the_alarm(condition: Condition, outside: Value, inside: Value) -> None:
    at_work = evaluator(rule("r", condition))
    assert not at_work.sample("sump", condition.point, outside, 1)
    assert told(at_work.sample("sump", condition.point, inside, 2)) == ["+r"]
    assert not at_work.sample("sump", condition.point, inside, 3)
    assert told(at_work.sample("sump", condition.point, outside, 4)) == ["-r"]


def test_the_deadband_holds_the_return_back_and_not_the_onset() -> None:
    at_work = evaluator(rule("high", ABOVE, deadband=2), rule("low", Condition(point="a", below=-10), deadband=2))
    assert not at_work.sample("sump", "a", 9, 1)
    assert told(at_work.sample("sump", "a", 10, 2)) == ["+high"]
    assert not at_work.sample("sump", "a", 8, 3)
    assert told(at_work.sample("sump", "a", 7.9, 4)) == ["-high"]
    assert told(at_work.sample("sump", "a", -10, 5)) == ["+low"]
    assert not at_work.sample("sump", "a", -8, 6)
    assert told(at_work.sample("sump", "a", -7.9, 7)) == ["-low"]


def test_what_comes_again_within_the_limits_is_weighed_by_those_of_now() -> None:
    """Of a number that stays on its side nobody asks again; on which side that is, the alarm itself changes."""
    at_work = evaluator(rule("r", ABOVE, deadband=2, off_delay=5))
    at_work.sample("sump", "a", 11, 0)
    at_work.sample("sump", "a", 7, 1)
    at_work.sample("sump", "a", 7.5, 2)
    # Within the deadband: what began to return does not.
    at_work.sample("sump", "a", 9, 3)
    assert not at_work.tick(60)
    at_work.sample("sump", "a", 7, 61)
    assert told(at_work.tick(66)) == ["-r"]


def test_an_alarm_that_another_condition_ended_begins_at_the_limit_again() -> None:
    at_work = evaluator(rule("r", ABOVE, Condition(point="b", above=0), deadband=2))
    at_work.sample("sump", "b", 1, 0)
    assert told(at_work.sample("sump", "a", 11, 1)) == ["+r"]
    at_work.sample("sump", "a", 9, 2)
    at_work.sample("sump", "a", 9.1, 3)
    assert told(at_work.sample("sump", "b", -5, 4)) == ["-r"]
    at_work.sample("sump", "b", 1, 5)
    assert not at_work.sample("sump", "a", 9.2, 6)
    assert told(at_work.sample("sump", "a", 10.5, 7)) == ["+r"]


def test_a_number_after_text_is_weighed() -> None:
    before = evaluator(rule("r", ABOVE))
    before.sample("sump", "a", 11, 0)
    at_work = Evaluator(wall=lambda: WALL)
    at_work.restore(before.active())
    at_work.watch(thing(rule("r", ABOVE)))
    at_work.sample("sump", "a", "text", 1)
    at_work.sample("sump", "a", "more", 2)
    assert told(at_work.sample("sump", "a", 5, 3)) == ["-r"]


def test_delays_pass_with_a_tick_and_without_one() -> None:
    at_work = evaluator(rule("r", ABOVE, on_delay=5, off_delay=3))
    at_work.sample("sump", "a", 11, 0)
    assert not at_work.tick(4.9)
    assert told(at_work.tick(5)) == ["+r"]
    at_work.sample("sump", "a", 1, 6)
    assert not at_work.sample("sump", "a", 11, 8.9)
    at_work.sample("sump", "a", 1, 9)
    # The delay ran out at 12; the value that would have stopped it came after.
    assert told(at_work.sample("sump", "a", 11, 13)) == ["-r"]
    assert told(at_work.tick(18)) == ["+r"]


def test_a_short_excursion_is_no_alarm() -> None:
    at_work = evaluator(rule("r", ABOVE, on_delay=5))
    at_work.sample("sump", "a", 11, 0)
    at_work.sample("sump", "a", 9, 4)
    at_work.sample("sump", "a", 11, 4.5)
    assert not at_work.tick(9)
    assert told(at_work.tick(9.5)) == ["+r"]


def test_all_conditions_must_hold_and_an_unknown_one_says_nothing() -> None:
    at_work = evaluator(rule("r", ABOVE, Condition(point="b", equals=True)))
    assert not at_work.sample("sump", "a", 11, 1)
    assert told(at_work.sample("sump", "b", True, 2)) == ["+r"]
    assert told(at_work.sample("sump", "a", 1, 3)) == ["-r"]


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("value", [None, math.nan, "text"])
def test_what_cannot_be_read_neither_raises_nor_clears(active: bool, value: Value | None) -> None:
    at_work = evaluator(rule("r", ABOVE))
    at_work.sample("sump", "a", 11 if active else 1, 1)
    assert not at_work.sample("sump", "a", value, 2)
    assert bool(at_work.active()) is active


@pytest.mark.parametrize("active", [False, True])
def test_replayed_values_neither_raise_nor_clear(active: bool) -> None:
    at_work = evaluator(rule("r", ABOVE))
    at_work.sample("sump", "a", 11 if active else 1, 1)
    assert not at_work.sample("sump", "a", 1 if active else 11, 2, live=False)
    assert not at_work.watch(thing(rule("r", ABOVE), rule("other", Condition(point="b", above=0))))
    assert bool(at_work.active()) is active


def test_what_is_not_watched_is_no_mistake() -> None:
    at_work = evaluator(rule("r", ABOVE))
    assert not at_work.sample("nobody", "a", 99, 1)
    assert not at_work.sample("sump", "unknown", 99, 1)
    assert not at_work.forget("nobody")


def test_time_that_goes_back_raises_and_clears_nothing() -> None:
    at_work = evaluator(rule("r", ABOVE, on_delay=5, off_delay=5))
    at_work.sample("sump", "a", 11, 100)
    assert not at_work.sample("sump", "a", 12, 3)
    assert not at_work.tick(0)
    assert not at_work.tick(104)
    assert told(at_work.tick(105)) == ["+r"]
    at_work.sample("sump", "a", 1, 90)
    assert not at_work.tick(109)
    assert told(at_work.tick(110)) == ["-r"]


def test_two_evaluators_of_the_same_messages_make_the_same_ids() -> None:
    ids = []
    for skew, lag in ((0.0, 0.0), (7.3, 2.5)):
        at_work = Evaluator(wall=lambda skew=skew: WALL + skew)
        at_work.watch(thing(rule("r", ABOVE, on_delay=1)))
        at_work.sample("sump", "a", 11, 50 + lag, device_at=WALL - 3.25)
        [begun] = at_work.tick(52 + lag)
        [ended] = at_work.sample("sump", "a", 1, 53 + lag, device_at=WALL - 1.5)
        assert isinstance(ended, Return)
        ids.append((begun.alarm.alarm_id, ended.alarm.alarm_id, begun.alarm.onset_ms, ended.at_ms))
    onset_ms = WALL_MS - 3250
    assert ids[0] == ids[1]
    assert ids[0] == (id_ := deterministic_id("alarm", "sump", "r", str(onset_ms)), id_, onset_ms, WALL_MS - 1500)


def test_without_a_device_time_a_moment_apart_is_the_same_onset() -> None:
    ids = set()
    for wall in (WALL + 0.1, WALL + 1.4):
        at_work = Evaluator(wall=lambda wall=wall: wall)
        at_work.watch(thing(rule("r", ABOVE)))
        ids |= {t.alarm.alarm_id for t in at_work.sample("sump", "a", 11, 1)}
    assert len(ids) == 1


@pytest.mark.parametrize("device_at", [None, 0.0, WALL + 86_400, WALL - 10], ids=str)
def test_occurrences_never_share_an_id_whatever_the_devices_clock_says(device_at: float | None) -> None:
    """A clock that stands (or was never set) tells the same instant for every occurrence."""
    at_work = evaluator(rule("r", ABOVE))
    changes = [t for n in range(20) for t in at_work.sample("sump", "a", 11 if n % 2 == 0 else 1, n, device_at)]
    begun = [t.alarm for t in changes if isinstance(t, Onset)]
    assert len(begun) == len({alarm.alarm_id for alarm in begun}) == 10
    assert all(abs(alarm.onset_ms - WALL_MS) < 20_000 for alarm in begun)
    assert all(t.at_ms >= t.alarm.onset_ms for t in changes if isinstance(t, Return))


def test_a_clock_that_was_put_back_gives_no_id_again() -> None:
    """A rule that came and went every minute; then the clock is put back to where it began, three times, once with a
    restart after it."""
    wall, seconds = WALL, 0

    def now() -> float:
        return wall

    at_work, ids, last_ms = Evaluator(wall=now), set[str](), 0
    at_work.watch(thing(rule("r", ABOVE)))
    for run in range(4):
        wall = WALL
        for minute in range(60):
            if (run, minute) == (2, 30):
                at_work = Evaluator(wall=now)
                at_work.restore([], {("sump", "r"): last_ms})
                at_work.watch(thing(rule("r", ABOVE)))
            for value in (11, 1):
                wall, seconds = wall + 60, seconds + 60
                for each in at_work.sample("sump", "a", value, seconds):
                    last_ms = change_of(each).at_ms
                    assert abs(last_ms - wall * 1000) <= 2000
                    if isinstance(each, Onset):
                        ids.add(each.alarm.alarm_id)
    assert len(ids) == 240


@pytest.mark.parametrize("device_at", [None, WALL - 10], ids=str)
def test_what_ended_before_a_restart_keeps_its_id_for_itself(
    tmp_path: Path, key: bytes, device_at: float | None
) -> None:
    """Within the two seconds that an onset is cut to, and by a device's clock that stands: through the hand-over file, as
    a restart has it. Two observers that both came to know of it go on agreeing."""
    path = tmp_path / "handover.db"
    watched, ids = thing(rule("r", ABOVE)), []
    for run in range(3):
        file = Handover(path, key)
        book, at_work = AlarmBook(file, lambda _: None), Evaluator(wall=lambda run=run: WALL + run * 0.2)
        other = Evaluator(wall=lambda: WALL + 1.9)
        for each in (at_work, other):
            each.restore(book.active(), book.told())
            assert not each.watch(watched)
        begun, seen = (each.sample("sump", "a", 11, 1, device_at) for each in (at_work, other))
        assert [t.alarm.alarm_id for t in begun] == [t.alarm.alarm_id for t in seen]
        book.take(begun)
        book.take(at_work.sample("sump", "a", 1, 2, device_at))
        ids += [t.alarm.alarm_id for t in begun]
        file.close()
    assert len(ids) == len(set(ids)) == 3


def test_a_restart_reloads_active_alarms_without_telling_of_them_again() -> None:
    rules = (rule("r", ABOVE, deadband=2), rule("s", Condition(point="b", above=1)))
    before = evaluator(*rules)
    before.sample("sump", "a", 11, 1)
    [kept] = [msgspec.json.decode(msgspec.json.encode(alarm), type=Active) for alarm in before.active()]
    after = Evaluator(wall=lambda: WALL + 60)
    after.restore([kept])
    assert not after.watch(thing(*rules))
    assert after.active() == [kept]
    assert not after.sample("sump", "a", 9, 1)
    [ended] = after.sample("sump", "a", 1, 2)
    assert ended.alarm == kept
    assert not after.active()


def test_a_reloaded_alarm_does_not_return_by_a_delay_while_nobody_can_tell() -> None:
    """After a restart one point says that it is over, takes it back, and the other has not spoken yet."""
    pair = rule("r", ABOVE, Condition(point="b", above=1), off_delay=10)
    before = evaluator(pair)
    begun = [*before.sample("sump", "a", 11, 1), *before.sample("sump", "b", 2, 1)]
    assert told(begun) == ["+r"]
    at_work = Evaluator(wall=lambda: WALL)
    at_work.restore(before.active())
    at_work.watch(thing(pair))
    assert not [*at_work.sample("sump", "a", 1, 5), *at_work.sample("sump", "a", 11, 6), *at_work.tick(60)]
    assert not [*at_work.sample("sump", "b", 2, 61), *at_work.tick(99)]


def test_a_reloaded_alarm_waits_for_a_rule_that_discovery_describes_later() -> None:
    kept = evaluator(rule("r", ABOVE))
    kept.sample("sump", "a", 11, 1)
    after = Evaluator(wall=lambda: WALL)
    after.restore(kept.active())
    after.tick(10)
    assert not after.watch(thing())
    assert not after.tick(600)
    assert not after.watch(thing(rule("r", ABOVE)))
    assert not after.tick(10_000)
    assert told(after.sample("sump", "a", 1, 10_001)) == ["-r"]


def test_a_reloaded_alarm_whose_rule_is_gone_returns() -> None:
    kept = evaluator(rule("r", ABOVE))
    kept.sample("sump", "a", 11, 1)
    after = Evaluator(wall=lambda: WALL)
    after.restore(kept.active())
    assert not after.tick(5000)  # its thing was not described yet
    after.watch(thing())
    assert told(after.tick(5601)) == ["-r"]
    assert not after.active()


def test_a_new_description_keeps_the_state_of_unchanged_rules() -> None:
    slow = rule("slow", ABOVE, on_delay=5)
    at_work = evaluator(rule("r", ABOVE), slow)
    at_work.sample("sump", "a", 11, 1)
    assert not at_work.watch(thing(rule("r", ABOVE), slow, rule("new", Condition(point="b", above=3))))
    assert told(at_work.tick(6)) == ["+slow"]
    assert told(at_work.sample("sump", "a", 1, 7)) == ["-r", "-slow"]


def test_a_changed_limit_is_weighed_at_once_and_keeps_the_occurrence_while_it_holds() -> None:
    at_work = evaluator(rule("r", ABOVE))
    [begun] = at_work.sample("sump", "a", 11, 1)
    assert not at_work.watch(thing(rule("r", Condition(point="a", above=5))))
    [ended] = at_work.watch(thing(rule("r", Condition(point="a", above=50))))
    assert (told([ended]), ended.alarm) == (["-r"], begun.alarm)
    assert told(at_work.watch(thing(rule("r", Condition(point="a", above=11))))) == ["+r"]


def test_what_goes_away_returns() -> None:
    at_work = evaluator(rule("r", ABOVE), rule("s", Condition(point="a", above=5)), rule("t", ABOVE, on_delay=9))
    at_work.sample("sump", "a", 11, 1)
    assert told(at_work.watch(thing(rule("s", Condition(point="a", above=5))))) == ["-r"]
    assert told(at_work.forget("sump")) == ["-s"]
    assert not at_work.tick(100)


def test_the_message_says_what_the_rule_says() -> None:
    at_work = Evaluator(wall=lambda: WALL)
    watched = thing(rule("r", ABOVE, life_safety=True, case="device-fault"))
    assert not at_work.watch(msgspec.structs.replace(watched, place="3-P"))
    [begun] = at_work.sample("sump", "a", 11.5, 1, device_at=WALL)
    [ended] = at_work.sample("sump", "a", 1.5, 2, device_at=WALL + 1)
    first, last = change_of(begun, 7), change_of(ended, 8)
    assert (first.seq, first.active, first.value, first.limit, first.unit) == (7, True, 11.5, 10, "mm")
    assert (first.point, first.life_safety, first.case, first.at_ms) == ("a", True, "device-fault", WALL_MS)
    assert (last.active, last.value, last.at_ms, last.onset_ms) == (False, 1.5, WALL_MS + 1000, WALL_MS)
    assert first.alarm_id == last.alarm_id
    assert first.place == last.place == "3-P"


# The slow statement: after every fact, each rule walks through all facts since the start again.

Fact = tuple[int, float, str, Any]
"""Monotonic seconds, what the wall clock says, what happened, and its details."""


@dataclass
class Slow:
    """What a rule's facts amount to, told from the beginning each time; times are whole seconds. Delays are measured by the
    one clock and instants named by the other, which may jump."""

    rule: AlarmRule
    begun_before: int | None = None
    """The onset it was reloaded with."""
    told_before: int | None = None
    """The last instant told of it in the run before."""
    facts: list[Fact] = field(default_factory=list)
    shift: int = 0

    def transitions(self) -> list[tuple[str, int, Value | None]]:
        """("+" or "-", instant in ms, value), in order."""
        answers: list[tuple[str, int, Value | None]] = []
        instants = [one for one in (self.begun_before, self.told_before) if one is not None]
        active = self.begun_before is not None
        values: dict[str, Value] = {}
        other_since: tuple[int, int] | None = None
        self.shift = instants[-1] % 2000 if instants else 0
        for now, wall, what, detail in self.facts:
            delay = self.rule.off_delay if active else self.rule.on_delay
            if other_since and now - other_since[0] >= delay:
                answers.append(self._told(active, other_since[1], instants, values))
                active, other_since = not active, None
            instant = int(wall) * 1000 // 2000 * 2000
            if what == "sample":
                point, value, device_ms = detail
                values[point] = value
                # A device's clock is believed within an hour behind ours and two minutes before it.
                if device_ms is not None and -3_600_000 <= device_ms - wall * 1000 <= 120_000:
                    instant = device_ms
            holds = self._holds(values, active)
            if holds is None or holds is active:
                other_since = None
            elif other_since is None:
                if (self.rule.off_delay if active else self.rule.on_delay) == 0:
                    answers.append(self._told(active, instant, instants, values))
                    active = not active
                else:
                    other_since = (now, instant)
        return answers

    def _holds(self, values: dict[str, Value], active: bool) -> bool | None:
        slack = self.rule.deadband if active else 0
        verdicts: list[bool | None] = []
        for condition in self.rule.when:
            value: Any = values.get(condition.point)
            if value is None:
                verdicts.append(None)
            elif condition.above is not None:
                verdicts.append(value >= condition.above - slack)
            elif condition.below is not None:
                verdicts.append(value <= condition.below + slack)
            elif condition.equals is not None:
                verdicts.append(value == condition.equals)
            else:
                verdicts.append(value != condition.differs)
        if any(verdict is False for verdict in verdicts):
            return False
        return None if any(verdict is None for verdict in verdicts) else True

    def _told(
        self, active: bool, instant: int, instants: list[int], values: dict[str, Value]
    ) -> tuple[str, int, Value | None]:
        began = instants[-1] if instants else 0
        # Two occurrences never share an instant; after a clock was put back by an hour or more, time begins anew, a little
        # beside the instants of before.
        if instants and instant <= instants[-1] - 3_600_000:
            self.shift = 1 + instants[-1] % 1999
        if instant % 2000 == 0:
            instant += self.shift
        if instants and instant <= instants[-1] < instant + 3_600_000:
            instant = instants[-1] + 1
        instants.append(instant)
        return ("-" if active else "+", max(instant, began) if active else instant, values.get(self.rule.point))


NUMBER = st.integers(-3, 3)
conditions = st.one_of(
    st.builds(lambda p, v: Condition(point=p, above=v), st.sampled_from("ab"), NUMBER),
    st.builds(lambda p, v: Condition(point=p, below=v), st.sampled_from("ab"), NUMBER),
    st.builds(lambda p, v: Condition(point=p, equals=v), st.sampled_from("ab"), NUMBER),
    st.builds(lambda p, v: Condition(point=p, differs=v), st.sampled_from("ab"), NUMBER),
)
rule_sets = st.lists(
    st.tuples(st.lists(conditions, min_size=1, max_size=2), st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)),
    min_size=1,
    max_size=3,
).map(
    lambda made: [
        rule(f"r{n}", *when, on_delay=on, off_delay=off, deadband=band) for n, (when, on, off, band) in enumerate(made)
    ]
)
DEVICE = st.none() | st.integers(-9, 9) | st.sampled_from([-16_000, 600])
"""How many quarters of a second the device's clock is off; the last two are not to be believed."""
samples = st.tuples(st.just("sample"), st.sampled_from("aab"), NUMBER, DEVICE)
jumps = st.tuples(st.just("jump"), st.sampled_from([-90_000, -7200, -30, -2, 2, 30, 7200]))
others = jumps | st.tuples(st.sampled_from(["tick", "late", "restart", "watch", "bad", "replay"]))
# Mostly samples: a script of nothing but ticks tells nothing.
actions = st.integers(0, 5).flatmap(lambda n: others if n == 5 else samples)
steps = st.lists(st.tuples(st.integers(0, 3), actions), min_size=10, max_size=40)


@settings(max_examples=300, deadline=None)
@given(rule_sets, steps)
def test_it_tells_what_the_slow_statement_tells(
    rules: list[AlarmRule], script: list[tuple[int, tuple[Any, ...]]]
) -> None:
    now, jumped = 0, 0

    def wall() -> float:
        return WALL + now + jumped

    at_work = Evaluator(wall=wall)
    at_work.watch(thing(*rules))
    slow = [Slow(each) for each in rules]
    last: dict[str, int] = {}
    heard: dict[str, list[Transition]] = {each.name: [] for each in rules}

    def hear(transitions: Any) -> None:
        for transition in transitions:
            heard[transition.alarm.rule.name].append(transition)

    for step, (what, *detail) in script:
        now += step
        if what == "jump":
            jumped += detail[0]
        fact: Fact = (now, wall(), "tick", None)
        if what == "sample":
            point, value, device = detail
            device_at = None if device is None else wall() + device / 4
            hear(at_work.sample("sump", point, value, now, device_at))
            fact = (now, wall(), "sample", (point, value, None if device_at is None else round(device_at * 1000)))
        elif what in ("bad", "replay"):
            hear(at_work.sample("sump", "a", None if what == "bad" else 3, now, live=what == "bad"))
        else:
            # Time that goes back is the time that was.
            hear(at_work.tick(now))
            hear(at_work.tick(now - 3) if what == "late" else ())
        for each in slow:
            each.facts.append(fact)
        if what == "watch":
            hear(at_work.watch(thing(*rules)))
        if what == "restart":
            check(slow, heard)
            kept = at_work.active()
            last |= {name: change_of(changes[-1]).at_ms for name, changes in heard.items() if changes}
            at_work = Evaluator(wall=wall)
            at_work.restore(kept, {("sump", name): at_ms for name, at_ms in last.items()})
            assert not at_work.watch(thing(*rules))
            begun = {alarm.rule.name: alarm.onset_ms for alarm in kept}
            slow = [Slow(each, begun.get(each.name), last.get(each.name)) for each in rules]
            heard = {each.name: [] for each in rules}
    check(slow, heard)


def check(slow: list[Slow], heard: dict[str, list[Transition]]) -> None:
    for each in slow:
        transitions = heard[each.rule.name]
        summary = [
            ("+", t.alarm.onset_ms, t.alarm.value) if isinstance(t, Onset) else ("-", t.at_ms, t.value)
            for t in transitions
        ]
        assert summary == each.transitions()
        # Onsets and returns take turns, and a return names the occurrence that began.
        for before, after in pairwise(transitions):
            assert type(before) is not type(after)
            assert not isinstance(after, Return) or after.alarm == before.alarm
