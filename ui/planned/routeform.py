"""Making and changing a route: its points as rows, Enter going on from cell to cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.cases.definition import CaseField, ItemColumn
from desktop.cases.planned import RouteView
from desktop.cases.rounds import code_of
from desktop.cases.routes import MOST_POINTS
from desktop.cases.views import Point
from desktop.kernel.errors import Invalid
from desktop.kernel.words import Words
from ui.cases.itemlist import ItemList
from ui.parts.form import FormField
from ui.planned.choices import Choices
from ui.shell.context import Context
from ui.things.forms import SideForm


class RouteForm(SideForm):
    """A new route, or `route` to be changed for the rounds that begin from now on."""

    wide = True

    def __init__(self, host: QWidget, context: Context, choices: Choices, route: RouteView | None = None) -> None:
        words = context.words
        self._choices, self._route = choices, route
        self._by_code = {option.code.casefold(): option.id for option in choices.places if option.code}
        self._codes = {option.id: option.code for option in choices.places}
        self._kind, self._order = QComboBox(), QComboBox()
        for name, kind in choices.rounds.items():
            self._kind.addItem(words.of(kind.title), name)
        if route:
            self._kind.setCurrentIndex(max(0, self._kind.findData(route.definition)))
            self._kind.setEnabled(False)
        for ordered in (True, False):
            self._order.addItem(words("planned.in_order" if ordered else "planned.any_order"), ordered)
        self._order.setCurrentIndex(0 if route is None or route.ordered else 1)
        missing = words("planned.form.no_title")
        self._name = FormField(
            words("planned.route.name"),
            QLineEdit(route.name if route else ""),
            rule=lambda t: "" if t.strip() else missing,
        )
        now = context.console.clock.now()
        self._points = ItemList(words, _points_field(words), True, now, before=list(self._rows(route)))
        kind_field = FormField(words("planned.form.definition"), self._kind)
        order_field = FormField(words("planned.route.order"), self._order)
        super().__init__(
            host, context, words("planned.route.change" if route else "planned.route.add"), words("planned.form.save"),
            words("planned.route.note"), [self._name], [kind_field, order_field, self._points],
        )  # fmt: skip

    def _rows(self, route: RouteView | None) -> Iterator[Mapping[str, object]]:
        for point in route.points if route else ():
            place = self._codes.get(point.place_id or "", "")
            yield {"code": point.code, "name": point.name, "place": place, "check": point.check}

    def points(self) -> list[Point]:
        """The rows as points; one without a code of its own gets the next number."""
        found: list[Point] = []
        kept = {point.code: point for point in (self._route.points if self._route else ())}
        value = self._points.value()
        for number, row in enumerate(value if isinstance(value, list) else (), 1):
            code = code_of(str(row.get("code") or f"P-{number:02d}"))
            before = kept.get(code)
            place = self._by_code.get(str(row.get("place") or "").strip().casefold())
            found.append(
                Point(
                    code, str(row.get("name") or ""), place, before.thing_id if before else None,
                    before.asset_id if before else None, str(row.get("check") or ""),
                )
            )  # fmt: skip
        return found

    def ready(self) -> bool:
        if not self._name.check() or not self._points.check():
            return False
        value = self._points.value()
        places = [str(row.get("place") or "").strip() for row in (value if isinstance(value, list) else ())]
        unknown = next((place for place in places if place and place.casefold() not in self._by_code), "")
        if unknown:
            self._points.set_error(self.words("planned.route.no_place", code=unknown))
        return not unknown

    def work(self) -> Callable[[], None]:
        schedules, who, route = self.context.console.schedules, self.context.who, self._route
        name, points, ordered = self._name.text(), self.points(), bool(self._order.currentData())
        kind = str(self._kind.currentData())

        def run() -> None:
            if route:
                schedules.change_route(who, route.id, name, points, ordered=ordered)
            else:
                schedules.add_route(who, name, kind, points, ordered=ordered)

        return run

    def said(self) -> str:
        return self.words("planned.route.saved", name=self._name.text().strip())

    def refused(self, error: Invalid) -> None:
        if error.field == "points":
            why, code = error.facts.get("why", "missing"), error.facts.get("code", "")
            self._points.set_error(self.words(f"planned.route.wrong_{why}", code=code))
        else:
            super().refused(error)


def _points_field(words: Words) -> CaseField:
    def column(name: str, needed: bool = False) -> ItemColumn:
        title = words(f"planned.route.{'point' if name == 'name' else name}")
        return ItemColumn(name=name, title={"zh": title, "en": title}, needed=needed)

    title = words("planned.route.points")
    return CaseField(
        name="points", title={"zh": title, "en": title}, type="items", most=MOST_POINTS // 10,
        columns=(column("code"), column("name", True), column("place"), column("check")),
    )  # fmt: skip
