"""Linli's own dialect: what it reads, and that no bytes can make it raise anything but Unreadable."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.things.dialect import REASONS, Binding, Described, Happening, Online, Sample, Unreadable, Withdrawn
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models

ROOT = "linli/1/520103001001/things/"
DIALECT = LinliDialect("520103001001", load_models().models)


def described(kind: str, thing: str = "a", **more: object) -> Described:
    (one,) = DIALECT.describe(f"{ROOT}{thing}/model", json.dumps({"model": kind, **more}).encode())
    assert isinstance(one, Described)
    return one


def binding(kind: str, leaf: str) -> Binding:
    return described(kind).bindings[f"{ROOT}a/{leaf}"]


LIFT = binding("lift", "props")
METER = binding("electricity-meter", "props")
DOOR = binding("access-door", "events")


def test_a_description_makes_a_thing() -> None:
    one = described("lift", "lift-1-1", name="1号楼1单元电梯", place="1-1", maker="某厂", simulated=True)
    assert one.thing.id == "lift-1-1"
    assert (one.thing.name, one.thing.place, one.thing.maker) == ("1号楼1单元电梯", "1-1", "某厂")
    assert one.thing.simulated
    assert set(one.bindings) == {f"{ROOT}lift-1-1/{leaf}" for leaf in ("props", "events", "status")}


def test_a_thing_without_a_name_has_its_id_and_text_becomes_one_plain_line() -> None:
    assert described("lift", "lift-9").thing.name == "lift-9"
    assert described("lift", name="  a\n\u202eb\x00  ").thing.name == "a b"


def test_an_empty_description_withdraws() -> None:
    assert DIALECT.describe(f"{ROOT}a/model", b"") == (Withdrawn("a"),)


def test_topics_of_others_are_not_ours() -> None:
    assert DIALECT.describe("linli/1/520103001002/things/a/model", b"{}") == ()
    assert DIALECT.describe("homeassistant/sensor/x/config", b"{}") == ()


@pytest.mark.parametrize("thing", ["", "a/b", "电梯", "a b", "x" * 65])
def test_a_wrong_id_is_refused(thing: str) -> None:
    with pytest.raises(Unreadable, match="bad_description"):
        DIALECT.describe(f"{ROOT}{thing}/model", b'{"model":"lift"}')


def test_a_huge_topic_is_refused() -> None:
    with pytest.raises(Unreadable, match="huge_topic"):
        DIALECT.describe(f"{ROOT}{'x' * 1000}/model", b'{"model":"lift"}')


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Unreadable, match="bad_description"):
        DIALECT.describe(f"{ROOT}a/model", b'{"model":"teleporter"}')


def test_values_may_be_partial_and_carry_the_devices_time() -> None:
    assert LIFT(b'{"at":1763791200500,"v":{"floor":3,"occupied":true}}') == [
        Sample("floor", 3, 1763791200.5),
        Sample("occupied", True, 1763791200.5),
    ]
    assert LIFT(b'{"v":{}}') == []


@pytest.mark.parametrize(
    ("read", "payload", "point"),
    [
        (METER, b'{"v":{"voltage_a":600.1}}', "voltage_a"),
        (METER, b'{"v":{"power_factor":-1.01}}', "power_factor"),
        (LIFT, b'{"v":{"direction":3}}', "direction"),
        (LIFT, b'{"v":{"trips":9007199254740992}}', "trips"),
        (binding("gas-detector", "props"), b'{"v":{"state":"odd"}}', "state"),
    ],
)
def test_an_impossible_value_turns_its_point_bad(read: Binding, payload: bytes, point: str) -> None:
    assert list(read(payload)) == [Sample(point, None, None)]


def test_the_ends_of_a_range_are_possible() -> None:
    assert METER(b'{"v":{"voltage_a":600,"voltage_b":0}}') == [Sample("voltage_a", 600.0), Sample("voltage_b", 0.0)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"v":{"floor":"3"}}', "wrong_type"), (b'{"v":{"floor":true}}', "wrong_type"),
        (b'{"v":{"floor":3.5}}', "wrong_type"), (b'{"v":{"occupied":1}}', "wrong_type"),
        (b'{"v":{"floor":3,"occupied":null}}', "wrong_type"), (b'{"v":[]}', "wrong_type"), (b"[]", "wrong_type"),
        (b'{"at":-1,"v":{}}', "wrong_type"), (b'{"at":99999999999999999,"v":{}}', "wrong_type"), (b"{}", "wrong_type"),
        (b'{"v":{"floor":3,"warp":9}}', "unknown_point"), (b'{"v":{"$online":true}}', "unknown_point"),
        (b'{"v":{"run_hours":NaN}}', None), (b'{"v":{"run_hours":1e999}}', "not_finite"),
        (b'{"v":{"floor":' + b"9" * 5000 + b"}}", None), (b"", "not_json"), (b"{", "not_json"), (b"\xff\xfe", None),
        (b'{"v":{"floor":"\\ud800"}}', None), (b"[" * 10_000, "too_deep"), (b'{"v":' * 10_000, "too_deep"),
        (b'{"v":{"floor":3}}' + b" " * 1_000_000, "too_big"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_whole(payload: bytes, reason: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        LIFT(payload)
    assert caught.value.reason in REASONS
    assert reason is None or caught.value.reason == reason


def test_of_duplicate_keys_the_last_holds() -> None:
    assert LIFT(b'{"v":{"floor":3,"floor":4}}') == [Sample("floor", 4)]


def test_status_is_one_of_two_words() -> None:
    status = binding("lift", "status")
    assert (list(status(b"online")), list(status(b"offline"))) == ([Online(True)], [Online(False)])
    for wrong in (b"", b"Online", b"true", b"\xff", b"x" * 100_000):
        with pytest.raises(Unreadable):
            status(wrong)


def test_events_are_those_of_the_model() -> None:
    body = b'{"at":1000,"event":"passage","data":{"credential":"card","n":2}}'
    assert DOOR(body) == [Happening("passage", {"credential": "card", "n": 2}, 1.0)]
    with pytest.raises(Unreadable, match="unknown_point"):
        DOOR(b'{"event":"party"}')
    with pytest.raises(Unreadable, match="wrong_type"):
        DOOR(b'{"event":"passage","data":{"deep":{"er":1}}}')
    with pytest.raises(Unreadable):
        DOOR(b'{"event":"passage","data":{"n":' + b"9" * 30 + b"}}")
    with pytest.raises(Unreadable, match="too_big"):
        DOOR(json.dumps({"event": "passage", "data": {str(n): n for n in range(65)}}).encode())


def read_all(payload: bytes) -> Sequence[object]:
    found: list[object] = []
    readers = [LIFT, METER, DOOR, binding("lift", "status"), lambda raw: DIALECT.describe(f"{ROOT}a/model", raw)]
    for reader in readers:
        try:
            found += reader(payload)
        except Unreadable as refused:
            assert refused.reason in REASONS
    return found


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["floor", "energy", "v", "at", "x"]), inner),
    max_leaves=8,
)


@given(st.binary(max_size=300))
def test_no_bytes_do_harm(payload: bytes) -> None:
    read_all(payload)


@given(st.dictionaries(st.sampled_from(["v", "at", "event", "data", "model", "name"]), VALUES))
def test_no_json_does_harm(body: dict[str, object]) -> None:
    for update in read_all(json.dumps(body).encode("utf-8", "surrogatepass")):
        if isinstance(update, Sample) and isinstance(update.value, float):
            assert abs(update.value) < float("inf")


def test_a_description_names_what_the_thing_speaks_through_and_what_its_consumption_is_for() -> None:
    told = described("electricity-meter", parent="gateway-3", use="lighting").thing
    assert (told.parent, told.use) == ("gateway-3", "lighting")
    plain = described("electricity-meter").thing
    assert (plain.parent, plain.use) == ("", "")


@pytest.mark.parametrize("parent", ["a", "a b", "x" * 65, "a/b", "总表"])
def test_a_parent_that_can_be_no_other_thing_refuses_the_description(parent: str) -> None:
    with pytest.raises(Unreadable) as refused:
        described("electricity-meter", "a", parent=parent)
    assert refused.value.reason == "bad_description"
