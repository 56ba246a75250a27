"""The forms of opening and moving a case, drawn from its definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.cases import rules
from desktop.cases.definition import Ask, CaseDefinition, CaseField, FieldType, Move
from desktop.cases.values import SHA256, is_blank, is_complete
from desktop.cases.views import CaseDetail, CaseView
from ui.aio import in_background, slot
from ui.cases.caseform import CaseForm, Work
from ui.cases.fields import Input, Typed, choice, text_field
from ui.cases.held import Held
from ui.cases.known import Known, asset_field, field_for, place_field, read_known, thing_field
from ui.cases.photos import PhotoField
from ui.cases.picking import CategoryField, PersonField, Picker
from ui.cases.signing import SignatureField
from ui.cases.team import Member, assignee_field, team
from ui.parts.pictures import Picture
from ui.shell.context import Context

_POINTING = ("person", "place", "thing", "asset")

__all__ = ["CaseForm", "MoveForm", "OpenForm", "Start", "Work"]


class MoveForm(CaseForm):
    """Everything one move needs: fields, who gets it, why; and what it leads to. What is only needed in some cases appears
    when they are so."""

    def __init__(self, host: QWidget, context: Context, detail: CaseDetail, move: Move) -> None:
        super().__init__(host, context)
        self._detail, self._move = detail, move
        self._begin()

    @slot
    async def _begin(self) -> None:
        words, move, definition = self.words, self._move, self._detail.definition
        asked = [field for name in move.fields if (field := definition.field(name)) is not None]
        members: list[Member] = []
        try:
            known = await in_background(read_known, self.context, _types(asked))
            if move.needs.assignee:
                members = await in_background(team, self.context, definition)
        except Exception:
            self.end()
            raise
        target = definition.state(move.to or self._detail.view.state)
        state = words.of(target.title) if target else move.to
        key = "cases.page.leads_to" if move.to and move.to != self._detail.view.state else "casework.form.stays"
        title = words.of(move.title)
        self.lay_out(
            dict(self._inputs(members, asked, known)), title, title,
            words(key, number=self._detail.view.number, state=state),
            danger=move.tone == "danger", wide=_is_wide(asked),
        )  # fmt: skip

    def _inputs(self, members: list[Member], asked: list[CaseField], known: Known) -> Iterator[tuple[str, Input]]:
        words, move, detail = self.words, self._move, self._detail
        now = self.context.console.clock.now()
        if move.needs.assignee:
            yield "assignee", assignee_field(words, members, detail.view.assignee_id)
        given, _ = rules.needed(detail.definition, move, detail.values)
        for field in asked:
            before = detail.values.get(field.name)
            if field.type == "points":
                yield field.name, Held(words, field, before)
                continue
            # What is masked here would be written back as it is masked.
            start = None if field.personal or (field.name in given and not _goes_on(field)) else before
            made = field_for(self.context, field, field.name in given, now, known, start, detail.names, self._host)
            if made is not None:
                if field.personal and before and isinstance(made, Typed | PhotoField):
                    kept = words("cases.n_photos", n=len(before)) if isinstance(before, list) else before
                    made.set_hint(words("casework.form.is_held", value=kept))
                yield field.name, made
        yield "reason", text_field(words, words("cases.page.reason"), move.needs.reason, lines=True)

    def weigh(self) -> None:
        definition, move, before = self._detail.definition, self._move, self._detail.values
        after = rules.merged(definition, move, before, {k: _plain(v) for k, v in self._filled().items()})
        self._unsign()
        given, held = rules.needed(definition, move, after)
        asked = {*given, *held, *move.takes}
        for name, input_ in self.fields.items():
            if (field := definition.field(name)) is None:
                continue
            input_.setVisible(name in asked)
            there = not is_blank(before.get(name)) and is_complete(field, before[name])
            input_.set_needed(name in given or (name in held and not (there and field.personal)))

    def _unsign(self) -> None:
        """What is changed is no longer signed for."""
        before = self._detail.values
        for field in self._detail.definition.fields:
            signature, signed = self.fields.get(field.name), self.fields.get(field.signs)
            if isinstance(signature, SignatureField) and signed is not None and before.get(field.name):
                changed = signed.value() not in (None, before.get(field.signs))
                if changed and signature.value() == before[field.name]:
                    signature.clear()

    def work(self) -> Work:
        context, words, move, case = self.context, self.words, self._move, self._detail.view
        definition, before = self._detail.definition, self._detail.values
        filled = self._filled()
        after = rules.merged(definition, move, before, {k: _plain(v) for k, v in filled.items()})
        must, _ = rules.needed(definition, move, after)
        given = {name: value for name, value in filled.items() if name in must or value != before.get(name)}
        assignee = cast("str | None", self.fields["assignee"].value()) if "assignee" in self.fields else None
        reason = cast("str | None", self.fields["reason"].value())

        def send() -> str:
            moved = context.console.cases.move(
                context.who, case.id, move.name, fields=self.keep(given), assignee_id=assignee, reason=reason
            )
            return words("cases.page.moved", number=moved.number, state=words.of(moved.state_title))

        return send

    def _filled(self) -> dict[str, object]:
        """The definition's fields that are shown and were filled in."""
        return {
            name: value
            for name, input_ in self.fields.items()
            if self._detail.definition.field(name) and not input_.isHidden() and (value := input_.value()) is not None
        }


@dataclass(frozen=True)
class Start:
    """What is known of a new case before anybody fills it in; `parent` makes it a sub-task."""

    title: str = ""
    place_id: str = ""
    thing_id: str = ""
    asset_id: str = ""
    person: tuple[str, str] | None = None
    """Id and name as it is shown."""
    parent: CaseView | None = None


class OpenForm(CaseForm):
    """A new case: what it is, for whom, where, how pressing, and the fields that opening takes.

    Signals:
        opened(case id): it is there.
    """

    opened = Signal(str)

    def __init__(self, host: QWidget, context: Context, definition: CaseDefinition, start: Start | None = None) -> None:
        super().__init__(host, context)
        self._definition, self._start = definition, start or Start()
        self._made = ""
        self._urgency_by_hand = False
        self._begin()

    @slot
    async def _begin(self) -> None:
        words, definition = self.words, self._definition
        opening = definition.opening
        # The alarm is filled in where a case is made from one.
        names = [name for name in (*opening.needs, *opening.takes) if name != "alarm"]
        asked = [field for name in names if (field := definition.field(name)) is not None]
        pointed: dict[FieldType, Ask] = {"place": opening.place, "thing": opening.thing, "asset": opening.asset}
        kinds = {*_types(asked), *(kind for kind, ask in pointed.items() if ask != "no")}
        try:
            self._known = await in_background(read_known, self.context, kinds)
        except Exception:
            self.end()
            raise
        fields = dict(self._inputs(asked))
        title, parent = words.of(definition.title), self._start.parent
        note = words("casework.form.under", number=parent.number) if parent else words("cases.page.new")
        self.lay_out(fields, title, words("cases.page.open_it"), note, wide=_is_wide(asked))

    def _inputs(self, asked: list[CaseField]) -> Iterator[tuple[str, Input]]:
        """The title first; where it can be taken from a field, that field first and the title last."""
        words, definition, start = self.words, self._definition, self._start
        opening, now = definition.opening, self.context.console.clock.now()
        title = text_field(words, words("cases.column.title"), not opening.title_from)
        if isinstance(title, Typed) and start.title:
            title.input.setText(start.title)  # type: ignore[union-attr]
        # What the title is taken from, then what is needed, then the rest.
        ordered = sorted(asked, key=lambda field: (field.name != opening.title_from, field.name not in opening.needs))
        if not opening.title_from:
            yield "title", title
        yield from self._pointing()
        urgency_said = False
        for field in ordered:
            needed = field.name in opening.needs
            if not needed and field.name != opening.title_from and not urgency_said:
                urgency_said = True
                yield from self._urgency()
            made = field_for(self.context, field, needed, now, self._known, host=self._host)
            if made is None:
                continue
            if isinstance(made, CategoryField):
                self._follow_category(made, field)
            yield field.name, made
            if field.name == opening.title_from:
                title.set_hint(words("casework.form.title_hint", field=words.of(field.title)))
                yield "title", title
        if not urgency_said:
            yield from self._urgency()

    def _urgency(self) -> Iterator[tuple[str, Input]]:
        """How pressing it is, where there is anything to choose."""
        words, definition = self.words, self._definition
        urgencies = {one.name: words.of(one.title) for one in definition.urgencies}
        usual = "normal" if "normal" in urgencies else definition.urgencies[0].name
        urgency = choice(words, words("cases.column.urgency"), urgencies, needed=True, chosen=usual)
        urgency.input.activated.connect(self._chose_urgency)  # type: ignore[union-attr]
        if len(urgencies) > 1:
            yield "urgency", urgency

    def _pointing(self) -> Iterator[tuple[str, Input]]:
        """For whom, where, and about what."""
        words, opening, start, known = self.words, self._definition.opening, self._start, self._known
        if opening.person != "no":
            person = PersonField(self.context, words("casework.form.person"), opening.person == "must")
            if start.person:
                person.begin_with(*start.person)
            person.changed.connect(self._follow_person)
            yield "person", person
        if opening.thing != "no":
            yield "thing", _begun(thing_field(self.context, words("cases.page.thing"), opening.thing == "must", known),
                                  start.thing_id)  # fmt: skip
        if opening.asset != "no":
            yield "asset", _begun(asset_field(self.context, words("casework.form.asset"), opening.asset == "must", known),
                                  start.asset_id)  # fmt: skip
        if opening.place != "no":
            hint = words("cases.page.place_hint") if opening.thing != "no" else ""
            # A device has its place: nobody need say it twice.
            must = opening.place == "must" and opening.thing == "no"
            place = place_field(self.context, words("cases.column.place_id"), must, known, hint=hint)
            yield "place", _begun(place, start.place_id)

    def work(self) -> Work:
        context, words, definition, start = self.context, self.words, self._definition, self._start
        filled = {name: value for name, value in self.filled_in().items() if value is not None}
        given = {name: value for name, value in filled.items() if definition.field(name)}
        pointed: dict[str, Any] = {f"{kind}_id": filled[kind] for kind in _POINTING if kind in filled}
        if "place_id" not in pointed and (thing := context.console.things.get(pointed.get("thing_id", ""))):
            pointed["place_id"] = thing.place_id
        if start.parent is not None:
            pointed["parent_id"] = start.parent.id
        title = str(filled.get("title", ""))
        urgency = str(filled.get("urgency", definition.urgencies[0].name))

        def send() -> str:
            case = context.console.cases.open(
                context.who, definition.name, title, urgency=urgency, fields=self.keep(given), **pointed
            )
            self._made = case.id
            return words("cases.page.opened_it", number=case.number)

        return send

    def done(self) -> None:
        self.opened.emit(self._made)

    def _chose_urgency(self) -> None:
        self._urgency_by_hand = True

    def _follow_category(self, category: CategoryField, field: CaseField) -> None:
        """A category proposes how pressing it is, until somebody chooses that by hand."""

        def follow() -> None:
            urgency = self.fields.get("urgency")
            wanted = category.urgency()
            if wanted and isinstance(urgency, Typed) and not self._urgency_by_hand:
                box = urgency.input
                box.setCurrentIndex(max(0, box.findData(wanted)))  # type: ignore[union-attr]

        category.changed.connect(follow)

    def _follow_person(self) -> None:
        """Who calls is mostly calling about home."""
        person, place = self.fields.get("person"), self.fields.get("place")
        if not isinstance(person, PersonField) or not isinstance(place, Picker) or place.line.text().strip():
            return
        found = person.person()
        if found is not None and found.homes and (home := self._known.home(found.homes[0])):
            place.take(home)


def _begun(picker: Picker, id_: str) -> Picker:
    if id_:
        picker.choose([id_])
    return picker


def _types(fields: list[CaseField]) -> set[FieldType]:
    return {field.type for field in fields}


def _is_wide(fields: list[CaseField]) -> bool:
    """A list of items needs the room."""
    return any(field.type == "items" and len(field.columns) > 2 for field in fields)


def _goes_on(field: CaseField) -> bool:
    """Whether a field that must be given again begins with what was there: lists and quotes are gone on with."""
    return field.versioned or field.type in ("checklist", "items")


def _plain(value: object) -> object:
    """A value as the rules weigh it: a new picture stands for itself until it is kept."""
    if isinstance(value, Picture):
        return "0" * SHA256
    return [_plain(one) for one in value] if isinstance(value, list) else value
