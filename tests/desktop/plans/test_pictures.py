"""What may become a plan: everything from outside is hostile until its bytes say otherwise."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.plans.pictures import MOST_BYTES, MOST_ELEMENTS, MOST_PIXELS, MOST_SIDE, PNG, PictureRefused, check
from desktop.plans.stylesheet import rules_of


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 64, height: int = 32, lines: bytes | None = None) -> bytes:
    """A grey PNG that says it is so large and holds these lines, by default as many as it says."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(lines if lines is not None else bytes((width + 1) * height))
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The skeleton of a JPEG: a table, a frame header of this size, a scan and an end."""
    table = b"\xff\xdb" + struct.pack(">H", 67) + bytes(65)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + table + frame + b"\xff\xda" + struct.pack(">H", 8) + bytes(6) + b"\xff\xd9"


def svg(inside: str = "", more: str = "") -> bytes:
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {space} viewBox="0 0 200 100" {more}>{inside}</svg>'.encode()


def problem(data: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        check(data)
    return refused.value.problem


def test_a_whole_png_jpeg_and_drawing_will_do() -> None:
    assert (check(png()).media, check(png()).width) == ("image/png", 64)
    assert (check(jpeg(640, 480)).media, check(jpeg(640, 480)).height) == ("image/jpeg", 480)
    found = check(svg('<rect width="5" height="5" fill="url(#a)"/><text x="1" y="9">1号楼</text>'))
    assert (found.media, found.width, found.height) == ("image/svg+xml", 200, 100)


HOSTILE = {
    "script": svg("<script>alert(1)</script>"),
    "foreign object": svg("<foreignObject/>"),
    "event": svg('<rect onload="x()"/>'),
    "event in other letters": svg('<rect onLoad="x()"/>'),
    "link": svg('<use href="https://example.org/a.svg#b"/>'),
    "file": svg('<image xlink:href="file:///etc/passwd"/>'),
    "embedded drawing": svg('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'),
    "style url": svg('<rect style="fill:url(https://example.org/a)"/>'),
    "escaped url": svg('<rect style="fill:\\75rl(https://example.org/a)"/>'),
    "style sheet": svg("<style>@import url(https://example.org/a.css);</style>"),
    "instruction": b'<?xml-stylesheet href="https://example.org/a.css"?>' + svg(),
    "doctype": b'<!DOCTYPE svg SYSTEM "https://example.org/a.dtd">' + svg(),
    "entities": b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("&b;"),
    "entities in utf-16": '<!DOCTYPE svg [<!ENTITY a "a">]><svg/>'.encode("utf-16"),
    "animation": svg('<rect><set attributeName="href" to="javascript:x()"/></rect>'),
    "javascript": svg('<rect fill="javascript:x()"/>'),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_drawing_that_runs_or_fetches_is_refused(data: bytes) -> None:
    assert problem(data) in ("active", "kind", "style")


PLAIN = {
    "illustrator": ".st0{fill:none;stroke:#000000;stroke-width:0.25;stroke-miterlimit:10;}\n.st1{font-family:'MyriadPro';}",
    "lists and parts": "/* walls */ .wall, g.wall > path, #a .b{ fill : rgb(1, 2, 3) ; opacity:.5 }",
    "inner gradient": "rect{fill:url(#shade)} .x{fill:url('#a')}",
    "important": "* {stroke: black !important; font: bold 12px/1.2 '宋体', serif}",
    "empty": "   ",
    "comment": "/* url(https://x) @import */",
}
NOT_PLAIN = {
    "elsewhere": ".a{fill:url(https://example.org/a)}",
    "elsewhere in quotes": ".a{fill:url( 'file:///etc/passwd')}",
    "elsewhere after an inner one": ".a{fill:url(#a) url(//x)}",
    "import": "@import 'https://example.org/a.css';",
    "font": "@font-face{font-family:x;src:url(#a)}",
    "escaped": ".a{fill:\\75rl(https://example.org/a)}",
    "expression": ".a{width:expression(alert(1))}",
    "attributes": "a[href^='x']{fill:red}",
    "open comment": ".a{fill:red} /* .b{}",
    "open rule": ".a{fill:red",
    "nested": ".a{.b{fill:red}}",
    "markup": "</style><script>",
    "too long": ".a{fill:red}" * 20_000,
}


@pytest.mark.parametrize("sheet", PLAIN.values(), ids=PLAIN.keys())
@pytest.mark.parametrize("write", ["<style>{}</style>", '<defs><style type="text/css"><![CDATA[{}]]></style></defs>'])
def test_a_style_sheet_of_colours_and_lines_will_do(sheet: str, write: str) -> None:
    shown = sheet if "CDATA" in write else sheet.replace(">", "&gt;")
    assert check(svg(write.replace("{}", shown) + '<rect class="st0"/>')).media == "image/svg+xml"


@pytest.mark.parametrize("sheet", NOT_PLAIN.values(), ids=NOT_PLAIN.keys())
def test_a_style_sheet_with_more_is_refused_by_name(sheet: str) -> None:
    assert problem(svg(f"<style><![CDATA[{sheet}]]></style>")) == "style"


def test_style_sheets_have_bounds_too() -> None:
    assert problem(svg("<style>" + ".a{fill:red}" * 401 + "</style>")) == "complex"
    assert problem(svg("<style>" + ".a{fill:red}" * 200 + "</style>" + "<g/>" * 6000)) == "complex"
    assert problem(svg("<style><g/></style>")) == "active"
    assert problem(svg('<style type="text/javascript">x</style>')) == "active"


@given(st.text("ab.#,>{}:;()url/*\\@'\" \n-1", max_size=60))
def test_any_sheet_is_taken_or_refused_and_reaches_nowhere(sheet: str) -> None:
    rules = rules_of(sheet)
    assert rules is None or (sheet.count("{") == sheet.count("}") or "/*" in sheet)
    assert rules_of(sheet + " .a{fill:url(http)}") is None


def test_a_hard_sheet_is_refused_as_fast_as_a_plain_one() -> None:
    """Each of these makes a careless pattern read it once for every character."""
    for hard in (
        "/*" * 90_000,
        " " * 190_000,
        "a " * 90_000,
        ".a{" + "a:" * 90_000,
        "(" * 190_000,
        "a{fill:" + " " * 190_000,
    ):
        assert rules_of(hard) in (None, 0)


def test_a_drawing_may_hold_whole_pictures_alone() -> None:
    def holding(data: bytes) -> bytes:
        return svg(f'<image width="9" height="9" href="data:image/png;base64,{b64encode(data).decode()}"/>')

    assert check(holding(png())).media == "image/svg+xml"
    assert problem(holding(png(20_000, 2_001, b""))) == "pixels"
    assert problem(holding(b"GIF89a")) == "damaged"
    assert problem(holding(svg())) == "damaged"


def test_a_drawing_has_bounds() -> None:
    assert problem(svg("<g/>" * (MOST_ELEMENTS + 1))) == "complex"
    assert problem(svg("<g>" * 200 + "</g>" * 200)) == "complex"
    doubling = "".join(f'<g id="a{n + 1}"><use href="#a{n}"/><use href="#a{n}"/></g>' for n in range(30))
    assert problem(svg(f'<g id="a0"/>{doubling}')) == "complex"
    assert problem(svg("<g>")) == "damaged"


def test_a_file_that_is_none_or_too_much_is_refused() -> None:
    assert problem(b"") == "empty"
    assert problem(b"MZ\x90") == "kind"
    assert problem(b"<html></html>") == "kind"
    assert problem(PNG + bytes(MOST_BYTES)) == "big"


def test_a_bomb_is_refused_by_its_header_and_by_what_comes_out() -> None:
    assert problem(png(MOST_SIDE, MOST_PIXELS // MOST_SIDE + 1, b"")) == "pixels"
    assert problem(png(64, 32, bytes(50_000_000))) == "damaged"
    assert problem(png(64, 32, b"")) == "damaged"
    assert problem(jpeg(9_000, 9_000)) == "pixels"


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_no_png_header_passes_that_is_not_the_picture_s(width: int, height: int) -> None:
    """The body holds 64 × 32 pixels, whatever the header claims."""
    lines = bytes(65 * 32)
    if (width + 1) * height <= len(lines) and width and height:
        return
    assert problem(png(width, height, lines)) in ("pixels", "damaged", "flat")


@given(st.integers(0, 65_535), st.integers(0, 65_535))
def test_a_jpeg_is_never_larger_than_its_bound(width: int, height: int) -> None:
    try:
        found = check(jpeg(width, height))
    except PictureRefused:
        return
    assert (found.width, found.height) == (width, height)
    assert 0 < width * height <= MOST_PIXELS


@given(st.binary(max_size=200), st.sampled_from([PNG, b"\xff\xd8\xff", b"<svg", b""]))
def test_any_bytes_are_taken_or_refused_and_nothing_else(rest: bytes, begin: bytes) -> None:
    try:
        check(begin + rest)
    except PictureRefused as refused:
        assert refused.problem in ("empty", "big", "kind", "damaged", "pixels", "flat", "active", "complex")
