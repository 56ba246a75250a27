"""The packet cutter against packets made by paho, split at every place a stream can be split."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.field import reader
from desktop.field.reader import Control, Malformed, Message, Messages, Reader


def length(value: int) -> bytes:
    out = bytearray()
    while True:
        value, byte = divmod(value, 128)
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def publish(
    topic: bytes, payload: bytes, qos: int = 0, retain: bool = False, mid: int = 7, props: bytes = b""
) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + (mid.to_bytes(2, "big") if qos else b"")
    body += length(len(props)) + props + payload
    return bytes([0x30 | qos << 1 | retain]) + length(len(body)) + body


def everything(parts: list[Messages | Control]) -> tuple[list[Message], bytes, list[Control]]:
    messages = [message for part in parts if isinstance(part, Messages) for message in part.messages]
    acks = b"".join(part.acks for part in parts if isinstance(part, Messages))
    return messages, acks, [part for part in parts if isinstance(part, Control)]


PINGRESP = b"\xd0\x00"

Sent = list[tuple[bytes, bytes, bool, int, bytes]]

messages = st.tuples(
    st.binary(min_size=1, max_size=200),
    st.binary(max_size=300),
    st.booleans(),
    st.integers(0, 1),
    st.binary(max_size=200),
)


@given(st.lists(messages, max_size=20), st.integers(1, 97))
def test_any_split_of_the_stream_gives_the_same_messages(
    sent: list[tuple[bytes, bytes, bool, int, bytes]], step: int
) -> None:
    stream = b"".join(publish(t, p, qos, retain, 7, props) + PINGRESP for t, p, retain, qos, props in sent)
    cutter = Reader(version5=True)
    parts = [part for at in range(0, len(stream), step) for part in cutter.feed(stream[at : at + step])]
    got, acks, controls = everything(parts)
    assert got == [(t, p, retain) for t, p, retain, _, _ in sent]
    assert acks == b"\x40\x02\x00\x07" * sum(qos for *_, qos, _ in sent)
    assert controls == [Control(0xD0, b"")] * len(sent)


def test_order_between_messages_and_control_packets_is_kept() -> None:
    parts = list(Reader(version5=True).feed(publish(b"a", b"1") + PINGRESP + publish(b"b", b"2")))
    assert [type(part) for part in parts] == [Messages, Control, Messages]


def test_the_older_protocol_has_no_properties() -> None:
    packet = b"\x30\x04\x00\x01a\x00"
    assert everything(list(Reader(version5=False).feed(packet)))[0] == [(b"a", b"\x00", False)]
    assert everything(list(Reader(version5=True).feed(packet)))[0] == [(b"a", b"", False)]


def test_qos_2_is_left_to_paho() -> None:
    [part] = Reader(version5=True).feed(publish(b"a", b"1", qos=2))
    assert isinstance(part, Control) and part.command == 0x34


def test_a_packet_beyond_the_limit_is_skipped_and_the_next_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PACKET", 1000)
    stream = publish(b"big", b"x" * 5000) + publish(b"small", b"y")
    cutter = Reader(version5=True)
    parts = [part for at in range(0, len(stream), 64) for part in cutter.feed(stream[at : at + 64])]
    assert everything(parts)[0] == [(b"small", b"y", False)]
    assert cutter.skipped == 1


@pytest.mark.parametrize(
    "packet",
    [
        b"\x30\x02\x00\x09",
        b"\x30\x01\x00",
        b"\x30\x00",
        b"\x30\xff\xff\xff\xff\x01",
        b"\x32\x03\x00\x01a",
        b"\x30\x04\x00\x01a\x7f",
        b"\x30\x04\x00\x01a\x80",
    ],
)
def test_what_is_not_mqtt_is_refused(packet: bytes) -> None:
    with pytest.raises(Malformed):
        list(Reader(version5=True).feed(packet + b"\x00" * 8))


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_do_more_than_be_refused(data: bytes, version5: bool) -> None:
    with contextlib.suppress(Malformed):
        everything(list(Reader(version5).feed(data)))
