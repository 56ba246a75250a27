"""Value templates that are more than a path, run in Jinja's immutable sandbox on a budget.

The sandbox keeps a template from reaching Python; it does not keep it from eating time or memory. Three things do:

* the syntax tree is an allowlist: no macros, imports, blocks or recursive loops, so time grows with loops only;
* what can make something big (`*`, `**`, `+`, `%`, `~`, list literals, calls, filters, every turn of a loop) passes the
  budget, which counts steps, measures results and looks at a deadline. Single operations are bounded by the sizes
  that may go in, so a deadline seen between them suffices; no thread or signal is needed (neither can end C code);
* a template that ran into its budget `STRIKES` times is not run again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from desktop.things.homeassistant import functions
from desktop.things.homeassistant.compiled import MISSING, NotUnderstood, NoValue, Template
from desktop.things.homeassistant.functions import MAX_TEXT, OverBudget, measure

MAX_OUTPUT = 4_096
"""Characters of a rendered value."""
MAX_STEPS = 5_000
"""Turns of loops, calls, filters and intercepted operations in one rendering."""
MAX_SECONDS = 0.05
STRIKES = 3

VARIABLES: Final = frozenset({"value", "value_json"})

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.NSRef, nodes.Const, nodes.Tuple, nodes.List,
    nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem,
    nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.BinExpr, nodes.UnaryExpr, nodes.For,
    nodes.If, nodes.Assign, nodes.With,
)  # fmt: skip

_METHODS: Final = frozenset({
    "get", "keys", "values", "items", "split", "rsplit", "strip", "lstrip", "rstrip", "lower", "upper", "title",
    "capitalize", "startswith", "endswith", "replace", "find", "rfind", "index", "count", "isdigit", "isnumeric",
    "isdecimal", "isalpha", "isalnum", "removeprefix", "removesuffix", "is_integer", "bit_length",
})  # fmt: skip
"""Methods of plain values a template may call: none whose result outgrows its arguments."""


class _Budget:
    """What one rendering may still spend. Rendering is serial (`_LOCK`), so there is one."""

    steps = 0
    deadline = 0.0

    def start(self) -> None:
        self.steps = MAX_STEPS
        self.deadline = time.monotonic() + MAX_SECONDS

    def spend(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise OverBudget("too many steps")
        if time.monotonic() > self.deadline:
            raise OverBudget("too slow")


_BUDGET: Final = _Budget()
_LOCK: Final = threading.Lock()


def _turns(items: Any) -> Iterator[Any]:
    """What a loop runs over, every turn paid for."""
    for item in items:
        _BUDGET.spend()
        yield item


def _concat(*parts: Any) -> str:
    text = "".join([_text(part) for part in parts])
    measure(text)
    return text


def _text(part: Any) -> str:
    if isinstance(part, str):
        return part
    return str(measure(part))


class _SizedNamespace(Namespace):
    """A `namespace()` that prints without what it holds: holders of holders would print without end."""

    def __repr__(self) -> str:
        return "namespace"


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "*", "**", "%", "//", "/", "-"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _BUDGET.spend()
        return functions.operate(operator, left, right)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        _BUDGET.spend()
        functions.check_arguments(obj, args)
        return measure(super().call(context, obj, *args, **kwargs))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        # Namespaces and the loop object are Jinja's own; of plain values only listed methods may be touched.
        if isinstance(obj, str | bytes | int | float | list | tuple | dict | range) and attr not in _METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        # Keys before methods: `value_json.update` and `value_json.items` are what a device calls its values.
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, str) and attribute not in _METHODS:
            # Jinja wraps `str.format` before it asks whether it is safe.
            return self.unsafe_undefined(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, str) and isinstance(argument, str):
            return self.unsafe_undefined(obj, argument)
        return super().getitem(obj, argument)


def _paid(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        _BUDGET.spend()
        return measure(function(*args, **kwargs))

    return call


@lru_cache(maxsize=1)
def _environment() -> _Sandbox:
    environment = _Sandbox(undefined=Undefined, optimized=False, cache_size=0, autoescape=False)
    kept = {name: environment.filters[name] for name in functions.KEPT_FILTERS}
    environment.filters = {name: _kept(call) for name, call in kept.items()}
    environment.filters.update({name: _paid(call) for name, call in functions.FILTERS.items()})
    environment.tests = {name: environment.tests[name] for name in functions.KEPT_TESTS} | functions.TESTS
    environment.globals = dict(functions.FUNCTIONS)
    environment.globals.update(namespace=_SizedNamespace, _turns=_turns, _concat=_concat, _sized=measure)
    return environment


def _kept(call: Callable[..., Any]) -> Callable[..., Any]:
    """One of Jinja's own filters with its marks (it may want the environment), measured."""

    def kept(*args: Any, **kwargs: Any) -> Any:
        _BUDGET.spend()
        result = call(*args, **kwargs)
        if isinstance(result, Iterable) and not isinstance(result, str | list | tuple | dict | Undefined):
            result = list(result)
        return measure(result)

    for mark in ("jinja_pass_arg", "jinja_async_variant"):
        if hasattr(call, mark):
            setattr(kept, mark, getattr(call, mark))
    return kept


class _Guarded(NodeTransformer):
    """Sends what can grow through the budget."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("_concat", node.nodes, node)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        self.generic_visit(node)
        return _call("_sized", [node], node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        self.generic_visit(node)
        return _call("_sized", [node], node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return _call("_sized", [node], node) if node.ctx == "load" else node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _call("_turns", [node.iter], node)
        return node


def _call(name: str, arguments: list[Any], at: nodes.Node) -> nodes.Call:
    call = nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)
    call.set_lineno(at.lineno)
    call.set_environment(at.environment)  # type: ignore[arg-type]
    return call


def _check(tree: nodes.Template, environment: _Sandbox) -> frozenset[str]:
    """The names the template reads. Raises NotUnderstood for what is not on the lists."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise NotUnderstood(f"the template uses «{type(node).__name__.lower()}», which is not read here")
        if isinstance(node, nodes.For) and node.recursive:
            raise NotUnderstood("the template uses a recursive loop")
        if isinstance(node, nodes.Name) and node.name.startswith("_"):
            raise NotUnderstood(f"the template uses the name «{node.name}»")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise NotUnderstood(f"the template reaches for «{node.attr}»")
    names = find_undeclared_variables(tree)
    unknown = sorted(names - VARIABLES - set(environment.globals) - {"_turns", "_concat", "_sized"})
    if unknown:
        raise NotUnderstood(f"the template uses «{unknown[0]}», which is not known here")
    return frozenset(names)


@lru_cache(maxsize=2_048)
def compile_in_sandbox(source: str) -> Template:
    """The template as Jinja runs it. Raises NotUnderstood."""
    environment = _environment()
    try:
        with _LOCK:
            _BUDGET.start()
            tree = environment.parse(source)
            names = _check(tree, environment)
            _Guarded().visit(tree)
            code = environment.compile(tree)
            template = environment.template_class.from_code(environment, code, environment.make_globals(None))
    except NotUnderstood:
        raise
    except (TemplateError, SyntaxError) as error:
        raise NotUnderstood(f"the template does not parse: {error}") from error
    except (OverBudget, RecursionError, MemoryError, ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise NotUnderstood(f"the template is refused: {error}") from error
    rendered = _Rendered(template)
    if problem := rendered.rehearse():
        raise NotUnderstood(f"the template is refused: {problem}")
    return Template(rendered, uses_text="value" in names, uses_json="value_json" in names)


class _Rendered:
    """Runs one compiled template; counts its strikes."""

    def __init__(self, template: Any) -> None:
        self._template = template
        self._strikes = 0

    def rehearse(self) -> str:
        """Why the template would be stopped whatever the payload; empty when it would not."""
        try:
            self("0", {})
        except NoValue as error:
            return str(error) if self._strikes else ""
        return ""

    def __call__(self, text: str, json: Any) -> Any:
        if self._strikes >= STRIKES:
            raise NoValue("stopped after running over its budget")
        if len(text) > MAX_TEXT:
            raise NoValue("the payload is too long for a template")
        variables = {"value": text} if json is MISSING else {"value": text, "value_json": json}
        with _LOCK:
            _BUDGET.start()
            try:
                rendered = self._render(variables)
            except (OverBudget, SecurityError) as error:
                self._strikes += 1
                raise NoValue(str(error)) from error
            except UndefinedError:
                # A key the payload lacks: Home Assistant keeps the value it had.
                return MISSING
            except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
                raise NoValue(str(error)) from error
            except (RecursionError, MemoryError) as error:
                self._strikes += 1
                raise NoValue(type(error).__name__) from error
        return rendered or MISSING

    def _render(self, variables: dict[str, Any]) -> str:
        chunks: list[str] = []
        size = 0
        for chunk in self._template.root_render_func(self._template.new_context(variables)):
            size += len(chunk)
            if size > MAX_OUTPUT:
                raise OverBudget(f"more than {MAX_OUTPUT} characters")
            chunks.append(chunk)
        return "".join(chunks).strip()
