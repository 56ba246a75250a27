"""Bytes from outside are refused by reason, and what passes is finite, bounded and printable."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.things import payload
from desktop.things.dialect import REASONS, Unreadable

BAD = {
    b"\xff\xfe": "not_utf8",
    b'"\xff"': "not_utf8",
    b'{"a": "\xed\xa0\x80"}': "not_utf8",
    b"": "not_json",
    b'{"a": 1': "not_json",
    b"[1] x": "not_json",
    b"\x00": "not_json",
    b"hello": "not_json",
    b"NaN": "not_finite",
    b'{"a": NaN}': "not_finite",
    b"[Infinity]": "not_finite",
    b"[-Infinity]": "not_finite",
    b"1e999": "not_finite",
    b'{"a": -1e999}': "not_finite",
    b"[1" + b"0" * 5000 + b"]": "not_finite",
    b'"\\ud800"': "surrogate",
    b'"\\udc00 x"': "surrogate",
    b'{"a": "x\\uD83Dy"}': "surrogate",
    b"[" * 33 + b"]" * 33: "too_deep",
    b"[" * 10_000 + b"]" * 10_000: "too_deep",
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000: "too_deep",
    b" " * (payload.MAX_BYTES + 1): "too_big",
    b'"' + b"x" * 1_000_000 + b'"': "too_big",
}


@pytest.mark.parametrize("data", BAD, ids=lambda data: str(data[:16]))
def test_bad_json_is_refused_by_reason(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        payload.json(data)
    assert refused.value.reason == BAD[data]
    assert refused.value.reason in REASONS


def test_a_wrong_type_is_told() -> None:
    with pytest.raises(Unreadable) as refused:
        payload.typed(b'{"a": "x"}', msgspec.json.Decoder(dict[str, float]))
    assert refused.value.reason == "wrong_type"


def test_what_is_right_passes() -> None:
    assert payload.json('{"水位": [1, 2.5, true, null, "\\ud83d\\ude00"]}'.encode()) == {
        "水位": [1, 2.5, True, None, "😀"]
    }
    assert payload.json(b"[" * 32 + b"]" * 32) is not None
    assert payload.json(b'"' + b"[" * 1000 + b'\\""') == "[" * 1000 + '"'


def finite_everywhere(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(finite_everywhere, value.values()))
    if isinstance(value, list):
        return all(map(finite_everywhere, value))
    if isinstance(value, str):
        value.encode("utf-8")
    return not isinstance(value, float) or math.isfinite(value)


TOKENS = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b",",
        b":",
        b"1",
        b"-",
        b"e999",
        b"NaN",
        b"true",
        b"\\ud800",
        b"\\u0000",
        b"\xff",
        b"a",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(TOKENS, max_size=60).map(b"".join)))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert finite_everywhere(payload.json(data))
    with contextlib.suppress(Unreadable):
        assert payload.plain(payload.text(data)) == payload.text(data)


def test_text_loses_what_cannot_be_seen() -> None:
    assert payload.text("\ufeffa\x00b\x1b[31m\tc\n\u202ed\u2066\x85".encode()) == "ab[31m\tc\nd"
    assert payload.plain("a\ud800b") == "ab"
    assert len(payload.text(b"x" * 60_000)) == payload.MAX_STRING
    with pytest.raises(Unreadable, match="not_utf8"):
        payload.text(b"\xc3\x28")
    with pytest.raises(Unreadable, match="too_big"):
        payload.text(b"x" * 70_000)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_only_finite_numbers_pass(value: float) -> None:
    with pytest.raises(Unreadable, match="not_finite"):
        payload.finite(value)
    assert payload.finite(1.5) == 1.5
