"""Floor plans: drawings with live marks. E edits, F2 renames then, N takes in a drawing, + − 0 zoom, Enter opens a thing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QTimer
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.kernel.bus import Changed
from desktop.kernel.errors import LinliError
from desktop.places.views import PlaceNode
from desktop.plans.views import PlanView
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.buttons import Button, IconButton
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.layout import column, hairline, row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.plans.canvas import STEP, Canvas
from ui.plans.form import RenameForm, TakeIn
from ui.plans.marks import pins_of
from ui.plans.paper import drawn
from ui.plans.side import EditSide, ThingCard
from ui.shell.context import Context
from ui.things.state import Alarms, by_thing

MIDDLE = (0.5, 0.5)


class PlansPage(ListPage):
    """Once a second what is shown is read from memory; nothing runs while the page is hidden."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        super().__init__(self._words("plans.title"))
        self._may = context.who.may("plans.change")
        self._plans: dict[str, PlanView] = {}
        self._tree: PlaceNode | None = None
        self._alarms: Alarms = {}
        self._current, self._wanted = "", ""
        self._picture = ""
        """The hash of what is drawn."""
        self._chips: FilterChips | None = None
        self._taking_in = False
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, self._words, error, bool(self._plans), self._refresh.ask),
        )
        self._build_body()
        self._build_bars()
        self._on_the_way: dict[tuple[str, str], tuple[float, float]] = {}
        """Where marks were put, by plan and thing, that the store has not kept yet."""
        self._answers = 0
        """How often the store answered a change: what was read before an answer is older than it."""
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)
        context.bridge.on(Changed, self._changed, self)
        self._refresh.ask()

    def selection_key(self) -> str:
        return f"{self._current}/{self._canvas.selected()}" if self._current else ""

    def select_key(self, key: str) -> None:
        """A plan's id, or `plan/thing`; a thing's id alone finds the first plan that it is on."""
        self._wanted = key
        if self._plans:
            self._show_wanted()

    def _build_bars(self) -> None:
        words = self._words
        self._chips_place = row()
        self.filters.addLayout(self._chips_place)
        self.filters.addStretch(1)
        for icon, name, key, act in (
            ("minus", "smaller", "-", lambda: self._canvas.zoom_by(1 / STEP)),
            ("plus", "larger", "+", lambda: self._canvas.zoom_by(STEP)),
            ("scan-line", "fit", "0", self._canvas.fit),
        ):
            self.filters.addWidget(IconButton(icon, words(f"plans.{name}"), key=key, on=act))
        self._off = Button(words("plans.take_off"), key="Del", on=self._take_off)
        self._remove = Button(words("plans.remove"), "plain", on=self._remove_plan)
        self._rename = Button(words("plans.rename"), "plain", key="F2", on=self._begin_renaming)
        self._edit = Button(words("plans.edit"), key="E", icon_name="pencil", on=self._switch_edit)
        self._edit.setCheckable(True)
        self._add = Button(words("plans.add"), "primary", key="N", on=self._begin_taking_in)
        for button in (self._rename, self._remove, self._off, self._edit, self._add):
            self.toolbar.addWidget(button)
        self._off.hide()
        self._remove.hide()
        self._rename.hide()
        self._edit.setVisible(False)
        self._add.setHidden(not self._may)

    def _build_body(self) -> None:
        words = self._words
        self._canvas = Canvas(words("plans.title"))
        self._canvas.chosen.connect(lambda _id: self._show_card())
        self._canvas.opened.connect(lambda id_: self._context.shell.go("things", id_))
        self._canvas.moved.connect(self._put)
        self._card = ThingCard(words, self._canvas)
        self._card.opened.connect(lambda: self._canvas.opened.emit(self._canvas.selected()))
        self._card.closed.connect(lambda: self._canvas.choose(""))
        self._side = EditSide(words)
        self._side.list.dropped.connect(self._dropped)
        self._side.list.put.connect(lambda id_: self._put_new(id_, *MIDDLE))
        both = row(self._side, self._canvas, spacing=0)
        both.setStretch(1, 1)
        body = QWidget()
        body.setLayout(column(hairline(), both, spacing=0))
        self._canvas.installEventFilter(self)
        self.set_body(body)
        self.land_on(self._canvas)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas and event.type() == QEvent.Type.Resize:
            self._place_card()
        return super().eventFilter(watched, event)

    # Reading

    def _changed(self, event: Changed) -> None:
        if event.touches("plan", "place", "alarm", "thing"):
            self._refresh.ask()

    async def _load(self) -> None:
        console, answers = self._context.console, self._answers
        plans, tree, alarms = await in_background(
            lambda: (console.plans.all(), console.places.tree(), console.alarms.open())
        )
        if answers != self._answers:
            self._refresh.ask()
            return
        self._plans, self._tree, self._alarms = {plan.id: plan for plan in plans}, tree, by_thing(alarms)
        self.set_count(str(len(plans)) if plans else "")
        self._edit.setVisible(self._may and bool(plans))
        if not plans:
            self._current = ""
            do = self._words("plans.empty_do" if self._may else "plans.empty_wait")
            self.show_state("empty", self._words("plans.empty"), do, icon_name="map-pin")
            return
        self.show_body()
        self._show_chips(plans)
        if self._wanted or self._current not in self._plans:
            self._show_wanted()
        await self._draw()

    async def _draw(self) -> None:
        """The drawing, when it is another one, and what stands on it."""
        plan = self._plans.get(self._current)
        if plan is None:
            return
        if plan.picture != self._picture:
            image: QImage = await in_background(lambda: drawn(self._context.console.plans.picture(plan.id)))
            if plan.id != self._current:
                return
            self._picture = plan.picture
            self._canvas.show_paper(image)
            if image.isNull():
                self.show_banner(self._words("plans.not_drawn"), "high")
        self.tick()
        if "/" in self._wanted:
            self._canvas.choose(self._wanted.partition("/")[2])
            self._wanted = ""

    # Showing

    def _show_chips(self, plans: list[PlanView]) -> None:
        titles = [(plan.id, plan.name) for plan in plans]
        if self._chips is not None and self._chips.property("titles") == str(titles):
            return
        if self._chips is not None:
            self._chips.deleteLater()
            self._chips_place.removeWidget(self._chips)
        self._chips = FilterChips(titles, self._words("plans.which"))
        self._chips.setProperty("titles", str(titles))
        if self._current in self._plans:
            self._chips.choose(self._current)
        self._chips.chosen.connect(self._choose_plan)
        self._chips_place.addWidget(self._chips)

    def _show_wanted(self) -> None:
        plan, _, thing = self._wanted.partition("/")
        if plan and plan not in self._plans:
            thing = plan
            plan = next((one.id for one in self._plans.values() if thing in one.pins), "")
        plan = plan or (self._current if self._current in self._plans else next(iter(self._plans)))
        self._wanted = f"{plan}/{thing}" if thing else ""
        if self._chips is not None:
            self._chips.choose(plan)
        self._choose_plan(plan)

    def _choose_plan(self, plan_id: str) -> None:
        if plan_id != self._current:
            self._canvas.choose("")
            self._current = plan_id
            self._refresh.ask()
        elif self._wanted:
            self._refresh.ask()

    def tick(self) -> None:
        """A second went by."""
        plan = self._plans.get(self._current)
        if plan is None:
            return
        now = self._context.console.clock.now().timestamp()
        there = {id_: at for (on, id_), at in self._on_the_way.items() if on == plan.id and id_ in plan.pins}
        pins = {**plan.pins, **there}
        self._canvas.show_pins(pins_of(pins, self._context.console.things, self._alarms, self._words, now))
        self._show_card()
        if self._edit.isChecked():
            self._side.show_things(self._waiting(plan))

    def _show_card(self) -> None:
        selected = self._canvas.selected()
        self._card.show_pin(next((pin for pin in self._canvas.pins() if pin.id == selected), None))
        self._off.setEnabled(bool(selected))
        self._place_card()

    def _place_card(self) -> None:
        self._card.move(self._canvas.width() - self._card.width() - 16, 16)

    def _waiting(self, plan: PlanView) -> list[ThingView]:
        """Things of the plan's place that are not on it."""
        inside = _under(self._tree, plan.place_id) if self._tree and plan.place_id else None
        return [
            view
            for view in self._context.console.things.all()
            if view.id not in plan.pins and (inside is None or view.place_id in inside)
        ]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tick()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._canvas.put_down()

    # Acts

    def _switch_edit(self) -> None:
        on = self._edit.isChecked()
        self._canvas.set_editing(on)
        self._side.setVisible(on)
        self._off.setVisible(on)
        self._remove.setVisible(on)
        self._rename.setVisible(on)
        self.tick()
        (self._side.list if on else self._canvas).setFocus()

    def _dropped(self, id_: str, x: int, y: int) -> None:
        at = self._canvas.viewport().mapFromGlobal(QPoint(x, y))
        share = self._canvas.share_at(QPointF(at)) if self._canvas.viewport().rect().contains(at) else None
        if share is not None:
            self._put_new(id_, *share)

    @slot
    async def _put_new(self, id_: str, x: float, y: float) -> None:
        if await self._write(lambda: self._put_there(self._current, id_, x, y)):
            self._canvas.choose(id_)
            self._canvas.setFocus()

    @slot
    async def _put(self, id_: str, x: float, y: float) -> None:
        # Until the store has answered the mark stays where it was put, whatever is read meanwhile.
        plan, at = self._current, (x, y)
        self._on_the_way[plan, id_] = at
        await self._write(lambda: self._put_there(plan, id_, x, y))
        if self._on_the_way.get((plan, id_)) == at:
            del self._on_the_way[plan, id_]
            self.tick()

    def _put_there(self, plan_id: str, id_: str, x: float, y: float) -> PlanView:
        return self._context.console.plans.put(self._context.who, plan_id, id_, x, y)

    async def _write(self, work: object) -> bool:
        """Runs a change of the current plan and shows its answer; a refusal is told, and what was there comes back."""
        try:
            plan: PlanView = await in_background(work)  # type: ignore[arg-type]
        except LinliError as error:
            self._context.shell.tell(error)
            self.tick()
            return False
        self._answers += 1
        self._plans[plan.id] = plan
        self.tick()
        return True

    @slot
    async def _take_off(self) -> None:
        id_, plan = self._canvas.selected(), self._plans.get(self._current)
        if not id_ or plan is None or id_ not in plan.pins:
            return
        plans, who, at = self._context.console.plans, self._context.who, plan.pins[id_]
        view = self._context.console.things.get(id_)
        if await self._write(lambda: plans.take_off(who, plan.id, id_)):
            words = self._words
            self._context.shell.say(
                words("plans.taken_off", name=view.name if view else id_), act=words("plans.undo"),
                on_act=lambda: self._put_new(id_, *at),
            )  # fmt: skip

    @slot
    async def _remove_plan(self) -> None:
        plan = self._plans.get(self._current)
        if plan is None:
            return
        plans, who, words = self._context.console.plans, self._context.who, self._words
        self._edit.setChecked(False)
        self._switch_edit()
        await in_background(plans.remove, who, plan.id)
        self._context.shell.say(
            words("plans.removed", name=plan.name), act=words("plans.undo"), on_act=lambda: self._restore(plan.id)
        )

    def _begin_renaming(self) -> None:
        plan = self._plans.get(self._current)
        # One form at a time: the key works while it stands.
        if plan is not None and self.findChild(RenameForm) is None:
            RenameForm(self, self._context, plan)

    @slot
    async def _restore(self, plan_id: str) -> None:
        await in_background(self._context.console.plans.restore, self._context.who, plan_id)

    def _begin_taking_in(self) -> None:
        if self._tree is None or self._taking_in:
            return
        self._taking_in = True
        TakeIn(self, self._context, self._tree).closed.connect(self._taken_in)

    def _taken_in(self) -> None:
        self._taking_in = False


def _under(node: PlaceNode, place_id: str, inside: bool = False) -> frozenset[str]:
    """Ids of the place and everything in it."""
    here = inside or node.id == place_id
    found = frozenset({node.id} if here else ())
    return found.union(*(_under(child, place_id, here) for child in node.children))
