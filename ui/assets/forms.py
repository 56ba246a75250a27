"""Making and changing an asset or a part, and moving parts, each in a side panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.assets.kinds import AssetKind
from desktop.assets.views import STORE, AssetDraft, AssetView, Holder, PartView
from desktop.kernel.errors import Invalid, LinliError
from desktop.kernel.words import Words
from ui.cases import reading
from ui.cases.picking import Picker
from ui.parts.form import FormField, Rule
from ui.parts.layout import clear, column
from ui.parts.matching import Option
from ui.shell.context import Context
from ui.things.forms import SideForm

MOVES = ("receive", "hand_out", "give_back", "count")


class AssetForm(SideForm):
    """A new asset, or one to be changed; its card's lines follow its kind."""

    def __init__(
        self,
        host: QWidget,
        context: Context,
        places: Sequence[Option],
        things: Sequence[Option],
        asset: AssetView | None = None,
    ) -> None:
        self.words = words = context.words
        self._asset = asset
        self._kinds = {kind.name: kind for kind in context.console.assets.kinds()}
        self._kind = QComboBox()
        for kind in self._kinds.values():
            self._kind.addItem(words.of(kind.title), kind.name)
        self._kind.setCurrentIndex(max(0, self._kind.findData(asset.kind if asset else None)))
        self._code = _line(words, "code", asset.code if asset else "", needed(words))
        self._name = _line(words, "name", asset.name if asset else "", needed(words))
        self._place, self._thing = (
            Picker(words, words(f"assets.form.{name}"), False, options, browse=True)
            for name, options in (("place", places), ("thing", things))
        )
        for picker, id_ in ((self._place, asset and asset.place_id), (self._thing, asset and asset.thing_id)):
            if id_:
                picker.choose([id_])
        self._facts: dict[str, FormField] = {}
        self._card = column(spacing=10)
        card = QWidget()
        card.setLayout(self._card)
        order = [
            FormField(words("assets.form.kind"), self._kind),
            self._code,
            self._name,
            self._place,
            self._thing,
            card,
        ]
        title = words("assets.form.change_asset" if asset else "assets.form.add_asset")
        super().__init__(host, context, title, words("assets.form.save"), "", [], order)
        self._kind.currentIndexChanged.connect(self._kind_changed)
        self._kind_changed()

    def _kind_changed(self) -> None:
        """Other lines of the card; what was written stays where the new kind has the line too."""
        written = {name: field.text() for name, field in self._facts.items()}
        before = dict(self._asset.facts) if self._asset else {}
        clear(self._card)
        self._facts = {}
        for line in self.kind().facts:
            text = written.get(line.name, before.get(line.name, ""))
            field = FormField(self.words.of(line.title), QLineEdit(text))
            self._facts[line.name] = field
            self._card.addWidget(field)

    def kind(self) -> AssetKind:
        return self._kinds[str(self._kind.currentData())]

    def ready(self) -> bool:
        wrong = [one for one in (self._code, self._name, self._place, self._thing) if not one.check()]
        return not wrong

    def work(self) -> Callable[[], None]:
        draft = AssetDraft(
            code=self._code.text(), name=self._name.text(), kind=self.kind().name,
            place_id=str(self._place.value() or "") or None, thing_id=str(self._thing.value() or "") or None,
            facts={name: field.text() for name, field in self._facts.items()},
        )  # fmt: skip
        assets, who, asset = self.context.console.assets, self.context.who, self._asset

        def run() -> None:
            if asset:
                assets.change(who, asset.id, draft)
            else:
                assets.add(who, draft)

        return run

    def said(self) -> str:
        return self.words("assets.saved", name=self._name.text().strip())

    def refused(self, error: Invalid) -> None:
        fields = {"code": self._code, "name": self._name, **self._facts}
        told = self.words(f"assets.wrong.{error.facts.get('why', 'missing')}")
        if error.field in fields:
            fields[error.field].set_error(told)
        else:
            self.panel.set_problem(told)


class RetireForm(SideForm):
    """Why an asset is taken out of use."""

    def __init__(self, host: QWidget, context: Context, asset: AssetView) -> None:
        words = context.words
        self._asset = asset
        self._reason = _line(words, "reason", "", needed(words))
        super().__init__(host, context, words("assets.retire"), words("assets.retire"), asset.name, [self._reason])

    def work(self) -> Callable[[], None]:
        assets, who, id_, reason = self.context.console.assets, self.context.who, self._asset.id, self._reason.text()
        return lambda: assets.retire(who, id_, reason)

    def said(self) -> str:
        return self.words("assets.retired", name=self._asset.name)

    def told(self, error: LinliError) -> str:
        if (why := error.facts.get("why")) in ("lent", "planned"):
            return self.words(f"assets.cannot_{why}", name=self._asset.name)
        return super().told(error)


class PartForm(SideForm):
    """A new part, or one to be changed. Its price is what the resident pays for one."""

    def __init__(self, host: QWidget, context: Context, part: PartView | None = None) -> None:
        words = context.words
        self._part = part
        wrong = words("assets.wrong.not_a_number")
        self._lines = {
            "code": _line(words, "code", part.code if part else "", needed(words)),
            "name": _line(words, "name", part.name if part else "", needed(words)),
            "unit": _line(words, "unit", part.unit if part else "", needed(words), words("assets.form.unit_hint")),
            "price": _line(
                words, "price", reading.yuan(part.price) if part else "0",
                lambda text: "" if reading.money(text) is not None else wrong,
            ),
        }  # fmt: skip
        title = words("assets.form.change_part" if part else "assets.form.add_part")
        super().__init__(host, context, title, words("assets.form.save"), "", list(self._lines.values()))

    def work(self) -> Callable[[], None]:
        text = {name: field.text() for name, field in self._lines.items()}
        price, part = reading.money(text["price"]) or 0, self._part
        stock, who = self.context.console.stock, self.context.who

        def run() -> None:
            if part:
                stock.change_part(who, part.id, text["code"], text["name"], text["unit"], price)
            else:
                stock.add_part(who, text["code"], text["name"], text["unit"], price)

        return run

    def said(self) -> str:
        return self.words("assets.saved", name=self._lines["name"].text().strip())

    def refused(self, error: Invalid) -> None:
        self._lines.get(error.field, self._lines["code"]).set_error(
            self.words(f"assets.wrong.{error.facts.get('why', 'missing')}")
        )


class MoveForm(SideForm):
    """Parts that come in, go to somebody, come back, or are counted."""

    def __init__(self, host: QWidget, context: Context, part: PartView, holders: Sequence[Holder], move: str) -> None:
        words = context.words
        self._part, self._move = part, move
        self._holder = QComboBox()
        store = [Holder(STORE, words("assets.store"))] if move == "count" else []
        for holder in (*store, *holders):
            has = f"{part.by_holder.get(holder.id, 0):g} {part.unit}"
            if move != "give_back" or part.by_holder.get(holder.id):
                self._holder.addItem(f"{holder.name} · {has}", holder.id)
        wrong = words("assets.wrong.not_a_number")
        least = -1.0 if move == "count" else 0.0

        def number(text: str) -> str:
            found = reading.number(text)
            return "" if found is not None and found > least else wrong

        self._quantity = _line(words, f"quantity_{move}", "", number, part.unit)
        self._reason = _line(words, "reason", "", needed(words) if move == "count" else lambda _: "")
        # Kept: what stands in no layout would be gone, and its input with it.
        self._who = FormField(words(f"assets.form.holder_{'count' if move == 'receive' else move}"), self._holder)
        there = words("assets.in_store", n=f"{part.by_holder.get(STORE, 0):g}", unit=part.unit)
        asked = {
            "receive": [self._quantity, self._reason], "count": [self._who, self._quantity, self._reason],
        }  # fmt: skip
        fields = asked.get(move, [self._who, self._quantity])
        super().__init__(
            host,
            context,
            words(f"assets.act.{move}"),
            words(f"assets.act.{move}"),
            f"{part.code} {part.name} · {there}",
            fields,
        )

    def ready(self) -> bool:
        return super().ready() and (self._move == "receive" or self._holder.currentIndex() >= 0)

    def work(self) -> Callable[[], None]:
        stock, who, part = self.context.console.stock, self.context.who, self._part.id
        quantity, holder = reading.number(self._quantity.text()) or 0.0, str(self._holder.currentData())
        reason = self._reason.text()
        match self._move:
            case "receive":
                return lambda: _done(stock.receive(who, part, quantity, reason))
            case "hand_out":
                return lambda: _done(stock.hand_out(who, part, holder, quantity))
            case "give_back":
                return lambda: _done(stock.give_back(who, part, holder, quantity))
            case _:
                return lambda: _done(stock.count_stock(who, part, holder, quantity, reason))

    def said(self) -> str:
        return self.words(
            f"assets.did.{self._move}", name=self._part.name, n=self._quantity.text().strip(), unit=self._part.unit
        )

    def refused(self, error: Invalid) -> None:
        told = self.words(f"assets.wrong.{error.facts.get('why', 'missing')}", there=error.facts.get("there", ""))
        (self._reason if error.field == "reason" else self._quantity).set_error(told)


def _done(_view: PartView) -> None:
    """What a movement returns is read again by the page."""


def needed(words: Words) -> Rule:
    """A field that is not left empty."""
    missing = words("assets.wrong.missing")
    return lambda text: "" if text.strip() else missing


def _line(words: Words, name: str, text: str, rule: Rule, hint: str = "") -> FormField:
    return FormField(words(f"assets.form.{name}"), QLineEdit(text), hint=hint, rule=rule)
