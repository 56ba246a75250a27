"""Value templates: plain paths become closures, the rest goes to the sandbox.

A plain path (`{{ value_json.a['b'][0] | float(0) | round(1) }}`) costs a tenth of a microsecond this way and seven in
Jinja, and nearly every device uses only those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from desktop.things.homeassistant.compiled import MISSING, NotUnderstood, NoValue, Reader, Template

MAX_SOURCE = 4_096
"""Characters of a template."""


def _whole(text: str, _json: Any) -> Any:
    return text


WHOLE = Template(_whole, uses_text=True, uses_json=False)
"""No template: the payload is the value."""

_PLAIN = re.compile(
    r"""\s*\{\{-?\s*
    (?P<root>value_json|value)
    (?P<path>(?:\.[A-Za-z_]\w{0,63}|\[\s*(?:'[^'\\{}]{0,64}'|"[^"\\{}]{0,64}"|\d{1,4})\s*\])*)
    (?P<filters>(?:\s*\|\s*[a-z_]+(?:\(\s*[^(){}|'"]*\s*\)|\(\s*'[^'\\{}|]*'\s*\)|\(\s*"[^"\\{}|]*"\s*\))?)*)
    \s*-?\}\}\s*""",
    re.VERBOSE,
)
_STEP = re.compile(r"""\.([A-Za-z_]\w*)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""")
_FILTER = re.compile(r"""\|\s*([a-z_]+)(?:\(\s*([^)]*?)\s*\))?""")
_ARGUMENT = re.compile(r"""(?:default\s*=\s*)?(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)|(true|false|none))""", re.I)
_WORDS: Final = {"true": True, "false": False, "none": None}


def compile_template(source: str) -> Template:
    """The template ready to run. Raises NotUnderstood for what cannot be parsed, is unknown here or is refused."""
    if len(source) > MAX_SOURCE:
        raise NotUnderstood(f"the template has {len(source)} characters, at most {MAX_SOURCE} are read")
    plain = _plain(source)
    if plain is not None:
        return plain
    # Lazily: most sites need no Jinja.
    from desktop.things.homeassistant.sandbox import compile_in_sandbox

    return compile_in_sandbox(source)


def _plain(source: str) -> Template | None:
    match = _PLAIN.fullmatch(source)
    if match is None:
        return None
    in_json = match["root"] == "value_json"
    steps = [_step(found) for found in _STEP.finditer(match["path"])]
    if steps and not in_json:
        return None
    read = _follow(steps) if in_json else _whole
    for found in _FILTER.finditer(match["filters"]):
        filtered = _filtered(read, found[1], found[2])
        if filtered is None:
            return None
        read = filtered
    return Template(read, uses_text=not in_json, uses_json=in_json)


def _step(found: re.Match[str]) -> str | int:
    name, single, double, index = found.groups()
    if index is not None:
        return int(index)
    return next(part for part in (name, single, double) if part is not None)


def _follow(steps: list[str | int]) -> Reader:
    if not steps:
        return lambda _text, json: json
    if len(steps) == 1:
        only = steps[0]

        def follow_one(_text: str, json: Any) -> Any:
            try:
                return json[only]
            except (KeyError, TypeError, IndexError):
                return MISSING

        return follow_one
    path = tuple(steps)

    def follow(_text: str, json: Any) -> Any:
        try:
            for step in path:
                json = json[step]
        except (KeyError, TypeError, IndexError):
            return MISSING
        return json

    return follow


def _filtered(read: Reader, name: str, arguments: str | None) -> Reader | None:
    """The reader with one more filter, or None where the sandbox must do it."""
    if arguments:
        parsed = _ARGUMENT.fullmatch(arguments)
        if parsed is None:
            return None
        given, argument = True, _argument(parsed)
    else:
        given, argument = False, None
    if name == "is_defined" and not given:
        return read
    if name in ("float", "int"):
        return _number(read, float if name == "float" else _to_int, given, argument)
    if name == "round":
        if given and (not isinstance(argument, int) or not -9 <= argument <= 15):
            return None
        return _rounded(read, argument or 0)
    if name in ("default", "d"):
        fallback = argument if given else ""
        return lambda text, json: fallback if (value := read(text, json)) is MISSING else value
    return None


def _argument(parsed: re.Match[str]) -> Any:
    single, double, number, word = parsed.groups()
    if number is not None:
        return float(number) if "." in number else int(number)
    if word is not None:
        return _WORDS[word.lower()]
    return single if single is not None else double


def _to_int(value: Any) -> int:
    # As Jinja does: "42.7" is 42.
    try:
        return int(value)
    except ValueError:
        return int(float(value))


def _number(read: Reader, to: Callable[[Any], float], given: bool, fallback: Any) -> Reader:
    def number(text: str, json: Any) -> Any:
        value = read(text, json)
        if value is MISSING:
            return fallback if given else MISSING
        try:
            return to(value)
        except (ValueError, TypeError, OverflowError) as error:
            if given:
                return fallback
            raise NoValue("not a number") from error

    return number


def _rounded(read: Reader, digits: int) -> Reader:
    def rounded(text: str, json: Any) -> Any:
        value = read(text, json)
        if value is MISSING:
            return MISSING
        try:
            result = round(float(value), digits)
            return int(result) if digits == 0 else result
        except (ValueError, TypeError, OverflowError) as error:
            raise NoValue("not a number") from error

    return rounded
