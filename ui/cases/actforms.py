"""Forms of what can be done with any case without changing its state: suspend, urge, escalate, note, link, merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.cases.definition import CaseField
from desktop.cases.masking import is_personal
from desktop.cases.pictures import Image
from desktop.cases.views import CaseDetail, CaseQuery, CaseView
from desktop.kernel.errors import LinliError
from ui.aio import in_background, slot
from ui.cases.fields import Input, Typed, choice, text_field, typed
from ui.cases.forms import CaseForm, Work
from ui.cases.photos import PhotoField
from ui.cases.picking import Picker
from ui.parts.matching import Option
from ui.parts.pictures import drawn
from ui.parts.pictureview import Shot, look_at
from ui.shell.context import Context

MOST_FOUND = 8


class ActForm(CaseForm):
    """One act: its inputs by name, and what sends them."""

    def __init__(self, host: QWidget, context: Context, detail: CaseDetail, act: str) -> None:
        super().__init__(host, context)
        self.detail, self.act = detail, act
        title = self.words(f"casework.act.{act}")
        self.lay_out(dict(self.inputs()), title, title, f"{detail.view.number}  {detail.view.title}")

    def inputs(self) -> Iterator[tuple[str, Input]]:
        """What the act asks for."""
        words, detail, now = self.words, self.detail, self.context.console.clock.now()
        match self.act:
            case "suspend":
                pauses: dict[str, str] = {one: words(f"cases.pause.{one}") for one in detail.definition.pauses}
                yield "kind", choice(words, words("casework.act.suspend_for"), pauses, True)
                yield "until", typed(words, _UNTIL, False, now)
                yield "reason", self._why()
            case "urge":
                yield "reason", text_field(words, words("casework.act.urge_words"), True, lines=True)
            case "note":
                yield "text", text_field(words, words("casework.act.note_text"), True, lines=True)
                yield "photos", PhotoField(words, _PHOTOS, False, self._read, (), self._host)
            case "set_urgency":
                others = {
                    one.name: words.of(one.title)
                    for one in detail.definition.urgencies
                    if one.name != detail.view.urgency
                }
                yield "urgency", choice(words, words("cases.column.urgency"), others, True)
                yield "reason", self._why()
            case "link":
                kinds = {kind: words(f"cases.tie.{kind}") for kind in ("linked", "duplicate")}
                yield "other_id", CaseFinder(self.context, words("casework.act.other"), detail.view)
                yield "kind", choice(words, words("casework.act.link_kind"), kinds, True, "linked")
                yield "reason", self._why(needed=False)
            case "merge":
                yield "into_id", CaseFinder(self.context, words("casework.act.into"), detail.view)
                yield "reason", self._why()
            case _:
                yield "reason", self._why()

    def work(self) -> Work:
        who, case_id, words = self.context.who, self.detail.view.id, self.words
        acts: Any = self.context.console.case_acts
        given: Mapping[str, Any] = {name: value for name, value in self.filled_in().items() if value is not None}
        act = self.act

        def send() -> str:
            do: Callable[..., object] = getattr(acts, act)
            ready = self.keep(given)
            if act == "urge":
                ready = {"words": ready["reason"]}
            if "until" in ready:
                ready["until"] = datetime.fromisoformat(str(ready["until"]))
            do(who, case_id, **ready)
            return words("casework.act.done", act=words(f"casework.act.{act}"), number=self.detail.view.number)

        return send

    def _why(self, *, needed: bool = True) -> Typed:
        return text_field(self.words, self.words("casework.act.reason"), needed, lines=True)

    def _read(self, sha256: str) -> bytes:
        return self.context.console.cases.picture(sha256).data


class VisitForm(CaseForm):
    """Something is wrong at a point of a round: what, and a photo of it."""

    def __init__(self, host: QWidget, context: Context, detail: CaseDetail, field: str, code: str, way: str) -> None:
        super().__init__(host, context)
        self._detail, self._field, self._code, self._way = detail, field, code, way
        words = self.words

        def read(sha256: str) -> bytes:
            return context.console.cases.picture(sha256).data

        fields: dict[str, Input] = {
            "note": text_field(words, words("casework.round.what_is_wrong"), True, lines=True),
            "photo": PhotoField(words, _ONE_PHOTO, False, read, (), host),
        }
        self.lay_out(fields, words("casework.round.abnormal_title"), words("casework.round.note_it"), code)

    def work(self) -> Work:
        context, detail = self.context, self._detail
        given = {name: value for name, value in self.filled_in().items() if value is not None}

        def send() -> str:
            ready = self.keep(given)
            photos: Any = ready.get("photo") or [""]
            context.console.case_acts.visit(
                context.who, detail.view.id, self._field, self._code,
                way=self._way, ok=False, note=str(ready["note"]), photo=photos[0],
            )  # fmt: skip
            return self.words("casework.round.noted", code=self._code)

        return send


class RevealForm(CaseForm):
    """A name or a number that is masked, or photos of papers, with the reason that goes into the journal. What it is
    stands in the case until another one is shown; photos open over the page."""

    def __init__(
        self,
        host: QWidget,
        context: Context,
        detail: CaseDetail,
        told: Callable[[str, str], object],
        field: str = "",
    ) -> None:
        """`field` is chosen already where it is given."""
        super().__init__(host, context)
        self._detail, self._told = detail, told
        self._answer = ("", "")
        self._photos: tuple[Image, ...] = ()
        words = self.words
        self._titles = {
            field.name: words.of(field.title)
            for field in detail.definition.fields
            if is_personal(field) and detail.values.get(field.name)
        }
        if detail.view.person_id:
            self._titles |= {f"person/{one}": words(f"casework.reveal.{one}") for one in ("name", "phone")}
        only = field or (next(iter(self._titles)) if len(self._titles) == 1 else "")
        fields: dict[str, Input] = {
            "field": choice(words, words("casework.reveal.which"), self._titles, True, only),
            "reason": text_field(words, words("casework.reveal.why"), True, lines=True),
        }
        self.lay_out(fields, words("casework.act.reveal"), words("casework.reveal.show"), words("casework.reveal.note"))
        if field:
            fields["reason"].input.setFocus()

    def work(self) -> Work:
        context, case = self.context, self._detail.view
        field, reason = str(self.fields["field"].value()), str(self.fields["reason"].value())

        def send() -> str:
            found = self._detail.definition.field(field)
            if found is not None and found.type == "photo":
                self._photos = context.console.cases.reveal_papers(context.who, case.id, field, reason)
                return self.words("casework.reveal.said")
            if field.startswith("person/") and case.person_id:
                value = context.console.people.reveal(
                    context.who, case.person_id, field.removeprefix("person/"), reason
                )
            else:
                value = context.console.cases.reveal(context.who, case.id, field, reason)
            self._answer = (self._titles[field], value)
            return self.words("casework.reveal.said")

        return send

    def done(self) -> None:
        if self._photos:
            photos = self._photos
            title = self._titles[str(self.fields["field"].value())]
            shots = [Shot(f"{title} {n}" if len(photos) > 1 else title) for n in range(1, len(photos) + 1)]
            look_at(self._host, shots, 0, lambda n: drawn(photos[n].data))
        else:
            self._told(*self._answer)


class CaseFinder(Picker):
    """Another case, by a part of its number or title."""

    def __init__(self, context: Context, title: str, own: CaseView) -> None:
        self._context, self._own = context, own
        self._wanted = ""
        super().__init__(context.words, title, True, (), hint=context.words("casework.act.other_hint"))

    def search(self, text: str) -> None:
        self._wanted = text.strip()
        if self._wanted:
            self._find(self._wanted)
        else:
            self.line.close_list()

    @slot
    async def _find(self, text: str) -> None:
        query = CaseQuery(text=text, open_only=False)
        try:
            cases = await in_background(lambda: self._context.console.case_lists.page(query, limit=MOST_FOUND + 1))
        except LinliError as error:
            self.set_error(self._words.told(error))
            return
        if text == self._wanted:
            self.options = [
                Option(one.id, f"{one.number}  {one.title}", self._words.of(one.state_title), one.number)
                for one in cases
                if one.id != self._own.id
            ]
            self.line.offer(self.options[:MOST_FOUND])


def _field(name: str, zh: str, en: str, type_: Any, **more: Any) -> CaseField:
    return CaseField(name=name, title={"zh": zh, "en": en}, type=type_, **more)


_UNTIL = _field("until", "预计恢复时间", "Until", "date-time")
_PHOTOS = _field("photos", "照片", "Photos", "photo")
_ONE_PHOTO = _field("photo", "照片", "Photo", "photo", most=1)
