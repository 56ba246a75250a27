"""Is a file from outside a picture that may be drawn? Looked at by its bytes, never by its name.

Everything is bounded before anything is decoded: bytes, pixels, the inflated size of a PNG, elements and depth of an
SVG. An SVG is taken only if it is made of nothing but shapes and text.
"""

from __future__ import annotations

import binascii
import math
import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

from desktop.plans.stylesheet import MOST_RULES, rules_of

Media = Literal["image/png", "image/jpeg", "image/svg+xml"]

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 40_000_000
MOST_SIDE = 20_000
MOST_ELEMENTS, MOST_DEPTH, MOST_USES = 20_000, 48, 500
MOST_MATCHES = 1_000_000
"""Elements times rules of its style sheets: whoever draws tries each on each."""
FLATTEST = 50.0
"""The longer side over the shorter: flatter is no drawing but a trap for whoever scales it."""

PNG = b"\x89PNG\r\n\x1a\n"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

ELEMENTS = frozenset({
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "image",
    "style",
})  # fmt: skip
"""What a drawing is made of (W3C SVG 1.1 shapes, text, gradients, embedded pictures; style sheets of plain colours and
lines). No script, foreign or linked content."""
EMBEDDED = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=\s]+)")
METADATA = ("metadata", "namedview")
"""Left by drawing programs; passed over with everything in them."""


class PictureRefused(Exception):
    """`problem` names the words: empty, big, kind, damaged, pixels, flat, active, style, complex."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"the picture is refused: {problem} {detail}".strip())
        self.problem = problem


@dataclass(frozen=True)
class Checked:
    """A picture that may be drawn. Sizes in pixels, of an SVG in its own units."""

    media: Media
    width: float
    height: float


def check(data: bytes) -> Checked:
    """Raises PictureRefused."""
    if not data:
        raise PictureRefused("empty")
    if len(data) > MOST_BYTES:
        raise PictureRefused("big")
    if data.startswith(PNG):
        found = Checked("image/png", *_png(data))
    elif data.startswith(b"\xff\xd8\xff"):
        found = Checked("image/jpeg", *_jpeg(data))
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = Checked("image/svg+xml", *_svg(data))
    else:
        raise PictureRefused("kind")
    if found.media != "image/svg+xml":
        if found.width * found.height > MOST_PIXELS or max(found.width, found.height) > MOST_SIDE:
            raise PictureRefused("pixels")
        if min(found.width, found.height) < 16:
            raise PictureRefused("damaged", "no size")
    if max(found.width, found.height) > FLATTEST * min(found.width, found.height):
        raise PictureRefused("flat")
    return found


# PNG (ISO/IEC 15948): chunks with checksums, one zlib stream of exactly the size the header tells.


def _png(data: bytes) -> tuple[int, int]:
    header: tuple[int, int, int, int, int] | None = None
    inflate, got, expected, ended = zlib.decompressobj(), 0, 0, False
    at = len(PNG)
    while at < len(data) and not ended:
        if at + 12 > len(data):
            raise PictureRefused("damaged", "a chunk is cut off")
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if at + 12 + length > len(data):
            raise PictureRefused("damaged", "a chunk is cut off")
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        if binascii.crc32(kind + body) != crc:
            raise PictureRefused("damaged", "a checksum is wrong")
        at += 12 + length
        if header is None:
            if kind != b"IHDR" or length != 13:
                raise PictureRefused("damaged", "no header")
            header = _png_header(body)
            expected = _png_bytes(*header)
        elif kind == b"IDAT":
            got += _inflated(inflate, body, expected - got)
        ended = kind == b"IEND"
    if header is None or not ended or got < expected:
        raise PictureRefused("damaged", "the picture is not whole")
    return header[0], header[1]


def _png_header(body: bytes) -> tuple[int, int, int, int, int]:
    width, height, depth, color, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    if depth not in depths.get(color, ()) or compression or filtering or interlace > 1 or not width or not height:
        raise PictureRefused("damaged", "the header makes no sense")
    if width > MOST_SIDE or height > MOST_SIDE or width * height > MOST_PIXELS:
        raise PictureRefused("pixels")
    return width, height, depth, color, interlace


def _png_bytes(width: int, height: int, depth: int, color: int, interlace: int) -> int:
    """Bytes of the inflated lines, each with its filter byte; of Adam7's seven passes together."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]

    def lines(wide: int, high: int) -> int:
        return high * (1 + (wide * bits + 7) // 8) if wide and high else 0

    if not interlace:
        return lines(width, height)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    return sum(lines(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes)


def _inflated(inflate: zlib._Decompress, body: bytes, most: int) -> int:
    """How many bytes come out, in bounded pieces. Raises PictureRefused for more than the header announced."""
    got = 0
    try:
        while body:
            got += len(inflate.decompress(body, 1 << 20))
            body = inflate.unconsumed_tail
            if got > most:
                raise PictureRefused("damaged", "more than the header says")
    except zlib.error as error:
        raise PictureRefused("damaged", str(error)) from error
    return got


def _jpeg(data: bytes) -> tuple[int, int]:
    """Size from the frame header (ITU-T T.81); the file must have a scan and an end."""
    at, size = 2, None
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise PictureRefused("damaged", "no marker")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0x01, *range(0xD0, 0xD8)):
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2 or at + 2 + length > len(data):
            raise PictureRefused("damaged", "a segment is cut off")
        if marker in (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)):
            if length < 8:
                raise PictureRefused("damaged", "no frame")
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if marker == 0xDA:
            break
        at += 2 + length
    if size is None or b"\xff\xd9" not in data[at:]:
        raise PictureRefused("damaged", "no picture in it")
    return size


# SVG: a list of what may be there, everything else is refused.


def _svg(data: bytes) -> tuple[float, float]:
    reader = _SvgReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise PictureRefused("damaged", str(error)) from error
    reader.finish()
    if reader.size is None:
        raise PictureRefused("kind")
    return reader.size


@dataclass
class _SvgReader:
    size: tuple[float, float] | None = None
    elements: int = 0
    path: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    """Ids of the elements around, "" for one without."""
    skipping: int = 0
    style: list[str] | None = None
    """The text of the style sheet that is being read."""
    rules: int = 0
    pixels: float = 0.0
    """Of embedded pictures together."""
    uses: list[str] = field(default_factory=list)
    using: set[str] = field(default_factory=set)
    """Ids of elements that use others: who uses one of these would multiply."""

    def doctype(self, *_: object) -> None:
        raise PictureRefused("active", "a document type may declare entities")

    def instruction(self, target: str, _data: str) -> None:
        raise PictureRefused("active", f"an instruction to {target}")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or len(self.path) + self.skipping >= MOST_DEPTH:
            raise PictureRefused("complex")
        namespace, _, tag = name.rpartition(" ")
        if self.skipping:
            self.skipping += 1
            return
        if self.style is not None:
            raise PictureRefused("active", "an element in a style sheet")
        if not self.path:
            if namespace != SVG_NAMESPACE or tag != "svg":
                raise PictureRefused("kind")
            self.size = _svg_size(attributes)
        elif namespace != SVG_NAMESPACE or tag in METADATA:
            if tag in METADATA or (namespace and "inkscape" in namespace) or "sodipodi" in namespace:
                self.skipping = 1
                return
            raise PictureRefused("active", f"a foreign element {tag}")
        elif tag not in ELEMENTS or tag == "svg":
            raise PictureRefused("active", f"an element {tag}")
        if tag == "style":
            if attributes.get("type", "text/css").strip().casefold() != "text/css":
                raise PictureRefused("active", "a style sheet of another language")
            self.style = []
        self.path.append(tag)
        self.inside.append(attributes.get("id", ""))
        for key, value in attributes.items():
            self._attribute(tag, key, value)

    def end(self, _name: str) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        if self.path.pop() == "style":
            self._styled("".join(self.style or ()))
            self.style = None
        self.inside.pop()

    def text(self, text: str) -> None:
        if self.style is not None and not self.skipping:
            self.style.append(text)

    def _styled(self, sheet: str) -> None:
        rules = rules_of(sheet)
        if rules is None:
            raise PictureRefused("style")
        self.rules += rules

    def finish(self) -> None:
        if self.rules > MOST_RULES or self.rules * self.elements > MOST_MATCHES:
            raise PictureRefused("complex", "a style sheet of too many rules")
        if len(self.uses) > MOST_USES or any(target in self.using for target in self.uses):
            raise PictureRefused("complex", "what is used uses more")

    def _attribute(self, tag: str, key: str, value: str) -> None:
        namespace, _, name = key.rpartition(" ")
        plain = _unescaped(value)
        if name.lower().startswith("on"):
            raise PictureRefused("active", f"an event {name}")
        if name == "href" and (namespace in ("", XLINK)):
            if tag == "image":
                self._embedded(value)
                return
            if not value.startswith("#"):
                raise PictureRefused("active", "a reference to elsewhere")
            if tag == "use":
                self.uses.append(value[1:])
                self.using.update(id_ for id_ in self.inside if id_)
        if any(word in plain for word in ("@import", "javascript:", "expression(", "image(", "data:")):
            raise PictureRefused("active", f"in {name}")
        if any(not target.startswith("#") for target in re.findall(r"url\(\s*['\"]?\s*(.?)", plain)):
            raise PictureRefused("active", "a reference to elsewhere")

    def _embedded(self, value: str) -> None:
        """A picture in the drawing goes through the same gate, and all of them together have room for one."""
        found = EMBEDDED.fullmatch(value.strip())
        if found is None:
            raise PictureRefused("active", "a picture from elsewhere")
        try:
            inner = binascii.a2b_base64(found[1])
        except binascii.Error as error:
            raise PictureRefused("damaged", "an embedded picture") from error
        if not inner.startswith((PNG, b"\xff\xd8\xff")):
            raise PictureRefused("damaged", "an embedded picture")
        size = check(inner)
        self.pixels += size.width * size.height
        if self.pixels > MOST_PIXELS:
            raise PictureRefused("pixels")


def _unescaped(value: str) -> str:
    r"""As a style sheet reads it: `\75rl(` is `url(`, comments are nothing."""

    def char(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return chr(code) if 0 < code < 0x110000 else ""

    text = re.sub(r"/\*.*?\*/", "", value, flags=re.DOTALL)
    return re.sub(r"\\(.)", r"\1", re.sub(r"\\([0-9a-fA-F]{1,6})\s?", char, text), flags=re.DOTALL).casefold()


def _svg_size(attributes: dict[str, str]) -> tuple[float, float]:
    """Of the view box, else of width and height, which QtSvg draws to."""
    numbers = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    try:
        if len(numbers) == 4:
            width, height = float(numbers[2]), float(numbers[3])
        else:
            width, height = (
                float(re.sub(r"(px|pt|mm|cm|in|pc)$", "", attributes.get(side, "").strip()))
                for side in ("width", "height")
            )
    except ValueError as error:
        raise PictureRefused("damaged", "no size") from error
    if not (math.isfinite(width) and math.isfinite(height) and 1 <= width <= 1e6 and 1 <= height <= 1e6):
        raise PictureRefused("damaged", "no size")
    return width, height
