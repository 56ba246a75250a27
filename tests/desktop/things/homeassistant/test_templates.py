"""Value templates: what they give, and what they may not do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop.things.homeassistant.compiled import MISSING, NotUnderstood, NoValue
from desktop.things.homeassistant.templates import compile_template


def render(source: str, payload: str) -> Any:
    try:
        json = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        json = MISSING
    return compile_template(source).read(payload, json)


def in_sandbox(source: str) -> bool:
    return type(compile_template(source).read).__name__ == "_Rendered"


PLAIN = [
    ("{{ value }}", "21.5", "21.5"),
    ("{{value}}", "ON", "ON"),
    ("{{ value_json }}", "21.5", 21.5),
    ("{{ value_json.temperature }}", '{"temperature": 21.5}', 21.5),
    ("{{ value_json.a.b }}", '{"a": {"b": "x"}}', "x"),
    ("{{ value_json['a'][0] }}", '{"a": [7]}', 7),
    ('{{ value_json["ENERGY"].Power }}', '{"ENERGY": {"Power": 3}}', 3),
    ("{{ value_json['update']['state'] }}", '{"update": {"state": "idle"}}', "idle"),
    ("{{ value_json.update }}", '{"update": 1}', 1),
    ("{{ value_json.items }}", '{"items": 2}', 2),
    ("{{ value_json.t | float }}", '{"t": "21.5"}', 21.5),
    ("{{ value_json.t | int }}", '{"t": "42.7"}', 42),
    ("{{ value_json.t | round(1) }}", '{"t": 21.456}', 21.5),
    ("{{ value_json.t | float | round(2) }}", '{"t": "1.239"}', 1.24),
    ("{{ value_json.x | default('none yet') }}", "{}", "none yet"),
    ("{{ value_json.x | default(0) | int }}", "{}", 0),
    ("{{ value_json.x | float(0) }}", '{"x": "?"}', 0),
    ("{{ value_json.x }}", "{}", MISSING),
    ("{{ value_json.x.y }}", '{"x": 3}', MISSING),
    ("{{ value_json.x | is_defined }}", "{}", MISSING),
    ("{{ value_json.x }}", '{"x": null}', None),
    ("{{ value_json.__class__ }}", "{}", MISSING),
    ("{{ value | int }}", "12", 12),
]


@pytest.mark.parametrize(("source", "payload", "expected"), PLAIN)
def test_a_plain_path_is_compiled_and_gives_the_value(source: str, payload: str, expected: object) -> None:
    assert not in_sandbox(source)
    assert render(source, payload) == expected


RENDERED = [
    ("{{ value_json.t * 10 }}", '{"t": 2.5}', "25.0"),
    ("{{ (value_json.t - 32) * 5 / 9 }}", '{"t": 212}', "100.0"),
    ("{{ value | float * 1.8 + 32 }}", "100", "212.0"),
    ("{% if value_json.s == 'ON' %}1{% else %}0{% endif %}", '{"s": "ON"}', "1"),
    ("{{ 'online' if value_json.state == 'on' else 'offline' }}", '{"state": "off"}', "offline"),
    ("{{ value_json.s | lower }}", '{"s": "ON"}', "on"),
    ("{{ value | upper }}", "on", "ON"),
    ("{{ value_json.p / 100 | float }}", '{"p": 2150}', "21.5"),
    ("{{ '%.2f' | format(value_json.t) }}", '{"t": 21.456}', "21.46"),
    ("{{ '%.1f' % value_json.t }}", '{"t": 21.456}', "21.5"),
    ("{{ {'ON': 'open', 'OFF': 'closed'}[value_json.s] }}", '{"s": "OFF"}', "closed"),
    ("{% set names = {0: 'idle', 1: 'busy'} %}{{ names[value_json.s] }}", '{"s": 1}', "busy"),
    ("{{ value_json.get('t') }}", '{"t": 3}', "3"),
    ("{{ value_json.items + 1 }}", '{"items": 3}', "4"),
    ("{{ value_json.x is defined }}", "{}", "False"),
    ("{{ value if value_json is not defined else value_json.t }}", "ON", "ON"),
    ("{{ iif(value_json.on, 'yes', 'no') }}", '{"on": true}', "yes"),
    ("{{ value_json.s | iif('yes', 'no') }}", '{"s": false}', "no"),
    ("{{ min(value_json.a) }} {{ max(3, 9) }}", '{"a": [4, 2]}', "2 9"),
    ("{{ [1, 2, 3] | sum }}", "", "6"),
    ("{{ 16 | sqrt }} {{ 100 | log(10) }}", "", "4.0 2.0"),
    ("{{ value_json.f | bitwise_and(4) }}", '{"f": 6}', "4"),
    ("{{ value | ord }}", "A", "65"),
    ("{{ value_json.v | multiply(0.1) | round(1) }}", '{"v": 215}', "21.5"),
    ("{{ value_json.v | bool }}", '{"v": "on"}', "True"),
    ("{{ value_json | to_json }}", '{"a": 1}', '{"a":1}'),
    ("{{ (value | from_json).a }}", '{"a": 1}', "1"),
    ("{{ value | regex_replace('[a-z]+', '') }}", "t21", "21"),
    ("{{ value | regex_findall_index('([0-9]+)', 1) }}", "a 12 b 34", "34"),
    ("{{ value is match('[0-9]') }}", "7", "True"),
    ("{{ 1700000000 | timestamp_custom('%Y-%m-%d %H:%M', false) }}", "", "2023-11-14 22:13"),
    ("{{ value_json.l | map(attribute='v') | join(',') }}", '{"l": [{"v": 1}, {"v": 2}]}', "1,2"),
    ("{% for x in value_json.l %}{{ x }};{% endfor %}", '{"l": [1, 2]}', "1;2;"),
    ("{{ 21.55 | round(1, 'floor') }} {{ 1.2 | round(0, 'ceil') }}", "", "21.5 2"),
    ("{{ value_json.t ~ '°' }}", '{"t": 5}', "5°"),
    ("{{ value_json.a.b + 1 }}", "{}", MISSING),
    ("{{ value_json.x | float + 1 }}", "{}", MISSING),
    ("{{ value_json.x | is_defined | upper }}", "{}", MISSING),
    ("{% if false %}x{% endif %}", "{}", MISSING),
]


@pytest.mark.parametrize(("source", "payload", "expected"), RENDERED)
def test_the_rest_is_rendered_as_home_assistant_does(source: str, payload: str, expected: object) -> None:
    assert in_sandbox(source)
    assert render(source, payload) == expected


REFUSED = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}{{ value.__class__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace.__init__ }}",
    "{{ value.format.__globals__ }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ '{0.__class__}'.format(value) }}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [0] * 10**9 }}",
    "{{ 9**9**9**9 }}",
    "{{ range(10**9) | list }}",
    "{% for i in range(999) %}{% for j in range(999) %}x{% endfor %}{% endfor %}",
    "{% for i in range(999) %}{% for j in range(999) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = {1: ns.a, 2: ns.a} %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = (ns.a, ns.a) %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = dict(a=ns.a, b=ns.a) %}{% endfor %}{{ ns.a }}",
    "{{ '%999999999d' % 3 }}",
    "{{ '%*d' % (999999999, 3) }}",
    "{{ '%999999999d' | format(3) }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex_replace('(a+)+$', '') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex_findall('a*a*a*a*a*b') }}",
    "{{ ('aaaaaaaa' * 2000).replace('a', 'b' * 4000) }}",
    "{{ ('a' * 5000) }}",
    "{{ 1 | timestamp_custom('%100000000d') }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{{ value.center(10**9) }}",
    "{{ states('sensor.x') }}",
    "{{ now() }}",
    "{{ this.state }}",
    "{{ value | nosuchfilter }}",
    "{{ value is nosuchtest }}",
    "{{ value",
    "{% if %}",
    "{{ _turns }}",
    "x" * 5000,
    "{" * 3000,
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_unknown_or_could_harm_is_refused_when_described(source: str) -> None:
    # An escape would take minutes or all memory and end in the time limit of the test.
    with pytest.raises(NotUnderstood) as refused:
        compile_template(source)
    assert str(refused.value)


def test_a_template_that_runs_over_its_budget_thrice_is_run_no_more() -> None:
    template = compile_template("{% for a in value_json %}{% for b in value_json %}{% endfor %}{% endfor %}")
    many = list(range(500))
    for _ in range(3):
        with pytest.raises(NoValue, match=r"too many steps|too slow"):
            template.read("", many)
    with pytest.raises(NoValue, match="stopped"):
        template.read("", many)
    with pytest.raises(NoValue, match="stopped"):
        template.read("", [])


def test_a_failing_template_tells_no_value_and_goes_on() -> None:
    template = compile_template("{{ value_json.t * 2 / value_json.d }}")
    with pytest.raises(NoValue):
        template.read("", {"t": 1, "d": 0})
    assert template.read("", {"t": 1, "d": 2}) == "1.0"


def test_a_template_cannot_change_what_other_points_see() -> None:
    value = {"l": [1]}
    with pytest.raises((NoValue, NotUnderstood)):
        compile_template("{{ value_json.l.append(2) }}").read("", value)
    assert value == {"l": [1]}
