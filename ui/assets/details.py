"""The panels beside the lists: an asset's card, and a part with its last movements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from PySide6.QtWidgets import QWidget

from desktop.assets.kinds import AssetKind
from desktop.assets.views import AssetView, PartMove, PartView
from desktop.kernel.words import Words
from ui.cases import reading
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.detail import DetailPanel, FactsList, paragraph, section
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.parts.when import local, short

MOST = 12
Go = Callable[[str, str], object]


class AssetDetail(DetailPanel):
    """Where it is, what its card says, what is planned for it and who has it."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def show_asset(self, asset: AssetView, kind: AssetKind | None, now: datetime, acts: list[Button], go: Go) -> None:
        """`go` opens another page with something chosen there."""
        words = self._words
        self.set_title(asset.name, f"{asset.code} · {words.of(asset.kind_title)}")
        self.set_state(*self._badges(asset))
        links = list[Button]()
        if asset.open_case_id:
            links.append(Button(asset.open_case, key="O", on=lambda: go("cases", asset.open_case_id)))
        if asset.plan_id:
            links.append(Button(words("assets.to_plan"), key="P", on=lambda: go("planned", asset.plan_id)))
        self.set_acts(*links, *acts)
        facts: list[tuple[str, str | QWidget]] = [
            (words("assets.form.place"), " / ".join(asset.place_path)),
            (words("assets.column.next"), f"{local(asset.next_at):%Y-%m-%d %H:%M}" if asset.next_at else ""),
        ]
        if asset.thing_id:
            facts.append((words("assets.form.thing"), asset.thing_name))
        sections: list[QWidget] = [FactsList(facts)]
        if asset.lent:
            since = short(asset.lent.since, now)
            due = short(asset.lent.due_at, now) if asset.lent.due_at else ""
            told: list[tuple[str, str | QWidget]] = [
                (words("assets.lent_to"), asset.lent.who), (words("assets.lent_since"), since),
                (words("assets.lent_until"), due), (words("assets.lent_case"), asset.lent.number),
            ]  # fmt: skip
            sections.append(section(words("assets.lent"), FactsList(told)))
        if kind and kind.facts:
            card = [(words.of(line.title), asset.facts.get(line.name, "")) for line in kind.facts]
            sections.append(section(words("assets.card"), FactsList(card)))
        if kind and kind.source:
            sections.append(section(words("assets.rule"), paragraph(words.of(kind.source))))
        self.set_sections(*sections)

    def _badges(self, asset: AssetView) -> list[QWidget]:
        words, shown = self._words, list[QWidget]()
        if asset.late:
            shown.append(StateBadge(words("assets.is_late"), "high", "triangle"))
        if asset.lent:
            if asset.lent.late:
                shown.append(StateBadge(words("assets.lent_late"), "high", "triangle"))
            else:
                shown.append(StateBadge(words("assets.lent"), "accent", "half"))
        return shown


class PartDetail(DetailPanel):
    """Who has how many, and what moved last."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def show_part(self, part: PartView, names: Mapping[str, str], moves: Sequence[PartMove], now: datetime) -> None:
        words = self._words
        self.set_title(part.name, f"{part.code} · ¥{reading.yuan(part.price)} / {part.unit}")
        self.set_state()
        self.set_acts()
        held: list[tuple[str, str | QWidget]] = [
            (names.get(holder, holder), f"{quantity:g} {part.unit}") for holder, quantity in part.by_holder.items()
        ]
        sections: list[QWidget] = [section(words("assets.who_has"), FactsList(held or [(words("assets.store"), "0")]))]
        if moves:
            sections.append(
                section(words("assets.moves"), *(self._move(one, part, names, now) for one in moves[:MOST]))
            )
        self.set_sections(*sections)

    def _move(self, one: PartMove, part: PartView, names: Mapping[str, str], now: datetime) -> QWidget:
        words = self._words
        sign = "+" if one.quantity > 0 else "−"
        what = f"{words(f'assets.why.{one.why}')} · {names.get(one.holder, one.holder)}"
        line = row(
            Label(what, "secondary", tone="ink", elide=True),
            None, Label(f"{sign}{abs(one.quantity):g} {part.unit}", "secondary", tone="ink", tabular=True),
        )  # fmt: skip
        under = " · ".join(text for text in (short(one.at, now), one.actor_name, one.number, one.reason) if text)
        made = QWidget()
        made.setLayout(column(line, Label(under, "caption", elide=True), spacing=0))
        return made
