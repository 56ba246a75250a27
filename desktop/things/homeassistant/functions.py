"""What a value template may call: Home Assistant's usual filters and functions, each bounded in size and time."""

from __future__ import annotations

import base64
import binascii
import math
import operator
import re
import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from jinja2 import Undefined, UndefinedError

MAX_TEXT: Final = 16_384
"""Characters of any text on the way to a value."""
MAX_ITEMS: Final = 4_096
"""Leaves of any list or mapping, counted through all its levels."""
MAX_RANGE: Final = 1_000
MAX_BITS: Final = 1_024
MAX_PATTERN: Final = 128
MAX_SEARCHED: Final = 256
"""Characters a regular expression is run over: with at most two unbounded repeats a search stays under 50 ms."""

_NOT_GIVEN: Final = object()


class OverBudget(Exception):
    """A template wants more than it may have."""


def measure(value: Any) -> Any:
    """The value, unless it is too big. Raises OverBudget."""
    _weigh(value, MAX_ITEMS, 0)
    return value


def _weigh(value: Any, left: int, depth: int) -> int:
    if isinstance(value, str | bytes):
        if len(value) > MAX_TEXT:
            raise OverBudget(f"more than {MAX_TEXT} characters")
        return left - 1 - len(value) // 64
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise OverBudget("a number too big")
        return left - 1
    if isinstance(value, Mapping):
        items: Any = [part for pair in value.items() for part in pair] if len(value) <= left else None
    elif isinstance(value, list | tuple | set | frozenset) or type(value).__name__ in ("dict_items", "dict_values"):
        items = value if len(value) <= left else None
    else:
        return left - 1
    if items is None or depth > 32:
        raise OverBudget(f"more than {MAX_ITEMS} items")
    for item in items:
        left = _weigh(item, left, depth + 1)
        if left < 0:
            raise OverBudget(f"more than {MAX_ITEMS} items")
    return left - 1


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
}  # fmt: skip


def operate(symbol: str, left: Any, right: Any) -> Any:
    """`left <symbol> right`, refused before it is worked out where it could be huge. Raises OverBudget."""
    if symbol == "*":
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | bytes | list | tuple) and isinstance(times, int):
                limit = MAX_TEXT if isinstance(many, str | bytes) else MAX_ITEMS
                if len(many) * times > limit:
                    raise OverBudget("a repetition too long")
    elif symbol == "**" and isinstance(left, int) and isinstance(right, int):
        if abs(right) * max(1, left.bit_length()) > MAX_BITS:
            raise OverBudget("a power too big")
    elif symbol == "%" and isinstance(left, str | bytes):
        return _format(str(left), *(right if isinstance(right, tuple) else (right,)))
    return measure(_OPERATORS[symbol](left, right))


def check_arguments(call: Any, args: tuple[Any, ...]) -> None:
    """Raises OverBudget for the one allowed method whose result outgrows its arguments: `str.replace`."""
    owner = getattr(call, "__self__", None)
    if isinstance(owner, str) and getattr(call, "__name__", "") == "replace" and len(args) >= 2:
        _check_replace(owner, args[0], args[1])


def _check_replace(text: str, old: Any, new: Any) -> None:
    found = text.count(old) if isinstance(old, str) else 0
    if len(text) + found * len(str(new)) > MAX_TEXT:
        raise OverBudget("a replacement too long")


def _known(value: Any) -> Any:
    """The value; a missing one ends the rendering, as it does in Home Assistant."""
    if isinstance(value, Undefined):
        raise UndefinedError("not in the payload")
    return value


def _else(default: Any, value: Any, error: Exception) -> Any:
    if default is not _NOT_GIVEN:
        return default
    _known(value)
    raise ValueError(f"{str(value)[:40]!r} is not a number") from error


def _float(value: Any, default: Any = _NOT_GIVEN) -> Any:
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError, UndefinedError) as error:
        return _else(default, value, error)


def _int(value: Any, default: Any = _NOT_GIVEN, base: int = 10) -> Any:
    try:
        if isinstance(value, str) and base != 10:
            return int(value, base)
        try:
            return int(value)
        except ValueError:
            return int(float(value))
    except (ValueError, TypeError, OverflowError, UndefinedError) as error:
        return _else(default, value, error)


def _bool(value: Any, default: Any = _NOT_GIVEN) -> Any:
    word = str(_known(value) if default is _NOT_GIVEN else value).strip().lower()
    if word in ("1", "true", "yes", "on", "enable", "1.0"):
        return True
    if word in ("0", "false", "no", "off", "disable", "0.0"):
        return False
    if default is not _NOT_GIVEN:
        return default
    raise ValueError(f"{word[:40]!r} is neither true nor false")


def _round(value: Any, precision: int = 0, method: str = "common", default: Any = _NOT_GIVEN) -> Any:
    try:
        number, digits = float(value), max(-9, min(15, int(precision)))
        if method in ("ceil", "floor"):
            factor = 10.0**digits
            number = (math.ceil if method == "ceil" else math.floor)(number * factor) / factor
        elif method == "half":
            number = round(number * 2) / 2
        else:
            number = round(number, digits)
        return int(number) if digits == 0 and method != "half" else number
    except (ValueError, TypeError, OverflowError, UndefinedError) as error:
        return _else(default, value, error)


def _number_function(function: Callable[[float], float]) -> Callable[..., Any]:
    def call(value: Any, default: Any = _NOT_GIVEN) -> Any:
        try:
            return function(float(value))
        except (ValueError, TypeError, OverflowError, UndefinedError) as error:
            return _else(default, value, error)

    return call


def _log(value: Any, base: Any = math.e, default: Any = _NOT_GIVEN) -> Any:
    try:
        return math.log(float(value), float(base))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError, UndefinedError) as error:
        return _else(default, value, error)


def _is_number(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (ValueError, TypeError, OverflowError, UndefinedError):
        return False


def _iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = _NOT_GIVEN) -> Any:
    if value is None and if_none is not _NOT_GIVEN:
        return if_none
    return if_true if value else if_false


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise OverBudget(f"a range of more than {MAX_RANGE}")
    return list(numbers)


def _join(items: Any, separator: str = "", attribute: Any = None) -> str:
    if attribute is not None:
        items = [item[attribute] for item in items]
    texts = [str(measure(item)) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise OverBudget("a text too long")
    return separator.join(texts)


def _replace(value: Any, old: str, new: str) -> str:
    text = str(_known(value))
    _check_replace(text, old, new)
    return text.replace(old, str(new))


_SPEC = re.compile(r"%%|%[-+ 0#]?\d{0,2}(?:\.\d{1,2})?[diouxXeEfFgGs]")


def _format(pattern: Any, *args: Any) -> str:
    text = str(pattern)
    if "%" in _SPEC.sub("", text):
        raise OverBudget("a format that is not read here")
    return str(measure(text % tuple(measure(arg) for arg in args)))


def _pattern(source: str, ignorecase: bool = False) -> re.Pattern[str]:
    """The regular expression, unless it could take long: no repeat of a group, few repeats. Raises OverBudget."""
    if len(source) > MAX_PATTERN:
        raise OverBudget("a regular expression too long")
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", source)
    unbounded = len(re.findall(r"[*+]|\{\d*,\d*\}", bare))
    all_repeats = unbounded + len(re.findall(r"(?<![(*+?}])\?|\{\d+\}", bare))
    if re.search(r"\)\s*[*+?{]", bare) or unbounded > 2 or all_repeats > 4 or re.search(r"\\[1-9]|\(\?[P(]", source):
        raise OverBudget("a regular expression that could take long")
    try:
        return re.compile(source, re.IGNORECASE if ignorecase else 0)
    except (re.error, OverflowError) as error:
        raise ValueError(str(error)) from error


def _searched(value: Any) -> str:
    text = str(_known(value))
    if len(text) > MAX_SEARCHED:
        raise OverBudget("a text too long for a regular expression")
    return text


def _regex_replace(value: Any = "", find: str = "", replace: str = "", ignorecase: bool = False) -> str:
    if len(replace) > MAX_PATTERN:
        raise OverBudget("a replacement too long")
    try:
        return _pattern(find, ignorecase).sub(replace, _searched(value))
    except re.error as error:
        raise ValueError(str(error)) from error


def _regex_findall(value: Any, find: str = "", ignorecase: bool = False) -> list[Any]:
    return _pattern(find, ignorecase).findall(_searched(value))


def _regex_findall_index(value: Any, find: str = "", index: int = 0, ignorecase: bool = False) -> Any:
    return _regex_findall(value, find, ignorecase)[index]


def _regex_match(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    return bool(_pattern(find, ignorecase).match(_searched(value)))


def _regex_search(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    return bool(_pattern(find, ignorecase).search(_searched(value)))


def _from_json(value: Any, default: Any = _NOT_GIVEN) -> Any:
    try:
        return msgspec.json.decode(str(_known(value)))
    except (msgspec.DecodeError, RecursionError) as error:
        if default is not _NOT_GIVEN:
            return default
        raise ValueError("not JSON") from error


def _to_json(value: Any, *_args: Any, **_kwargs: Any) -> str:
    return msgspec.json.encode(_known(measure(value))).decode()


def _timestamp(value: Any, form: str, local: bool, default: Any) -> Any:
    if len(form) > 64 or re.search(r"%[^A-Za-z%]", form):
        raise OverBudget("a time format that is not read here")
    try:
        moment = datetime.fromtimestamp(float(value), UTC)
        return (moment.astimezone() if local else moment).strftime(form)
    except (ValueError, TypeError, OverflowError, OSError, UndefinedError) as error:
        return _else(default, value, error)


def _timestamp_custom(
    value: Any, format_string: str = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = _NOT_GIVEN
) -> Any:
    return _timestamp(value, format_string, local, default)


def _timestamp_local(value: Any, default: Any = _NOT_GIVEN) -> Any:
    return _timestamp(value, "%Y-%m-%dT%H:%M:%S", True, default)


def _timestamp_utc(value: Any, default: Any = _NOT_GIVEN) -> Any:
    return _timestamp(value, "%Y-%m-%dT%H:%M:%S+00:00", False, default)


def _as_timestamp(value: Any, default: Any = _NOT_GIVEN) -> Any:
    try:
        return value if isinstance(value, int | float) else datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        return _else(default, value, error)


def _base64_decode(value: Any) -> str:
    try:
        return base64.b64decode(str(_known(value)), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def _many(function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """A function of one list or of several values, as `max(1, 2)` and `[1, 2] | max`."""

    def call(*values: Any) -> Any:
        items = list(values[0]) if len(values) == 1 and isinstance(values[0], list | tuple) else list(values)
        return function(items)

    return call


def _sum(items: list[Any]) -> Any:
    return sum(float(item) if isinstance(item, str) else item + 0 for item in items)


def _log_functions() -> dict[str, Callable[..., Any]]:
    plain = {"sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin,
             "acos": math.acos, "atan": math.atan}  # fmt: skip
    return {"log": _log, **{name: _number_function(function) for name, function in plain.items()}}


_BOTH: Final[dict[str, Callable[..., Any]]] = {
    "float": _float, "int": _int, "bool": _bool, "round": _round, "iif": _iif, "is_number": _is_number,
    "from_json": _from_json, "to_json": _to_json, "as_timestamp": _as_timestamp,
    "min": _many(min), "max": _many(max), "average": _many(statistics.fmean), "median": _many(statistics.median),
    "bitwise_and": lambda a, b: int(a) & int(b), "bitwise_or": lambda a, b: int(a) | int(b),
    "bitwise_xor": lambda a, b: int(a) ^ int(b), **_log_functions(),
}  # fmt: skip

FUNCTIONS: Final[dict[str, Any]] = {**_BOTH, "range": _range, "dict": dict, "e": math.e, "pi": math.pi}

FILTERS: Final[dict[str, Callable[..., Any]]] = {
    **_BOTH,
    "is_defined": _known, "join": _join, "replace": _replace, "format": _format, "sum": _many(_sum),
    "multiply": lambda value, by: operate("*", _float(value), by), "add": lambda value, by: _float(value) + by,
    "ord": lambda value: ord(_known(value)), "timestamp_custom": _timestamp_custom,
    "timestamp_local": _timestamp_local, "timestamp_utc": _timestamp_utc, "base64_decode": _base64_decode,
    "regex_replace": _regex_replace, "regex_findall": _regex_findall, "regex_findall_index": _regex_findall_index,
    "regex_match": _regex_match, "regex_search": _regex_search,
}  # fmt: skip

TESTS: Final[dict[str, Callable[..., Any]]] = {"match": _regex_match, "search": _regex_search, "is_number": _is_number}

KEPT_FILTERS: Final = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "items", "last", "length", "list", "lower",
    "map", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "string", "title", "trim", "unique",
    "upper",
)  # fmt: skip
"""Jinja's own that stay within the size of what goes in."""

KEPT_TESTS: Final = (
    "boolean", "defined", "divisibleby", "eq", "==", "equalto", "even", "false", "float", "ge", ">=", "gt", ">",
    "greaterthan", "in", "integer", "iterable", "le", "<=", "lessthan", "lower", "lt", "<", "mapping", "ne", "!=",
    "none", "number", "odd", "sequence", "string", "true", "undefined", "upper",
)  # fmt: skip
