"""Fields whose value is one of many that are known: a category, a place, a thing, an asset, a resident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop.cases.definition import CaseField, Node
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from desktop.people.views import PersonView
from ui.aio import in_background, slot
from ui.cases.fields import blank_words
from ui.parts.chosen import Chosen
from ui.parts.entry import Entry
from ui.parts.finding import FindLine
from ui.parts.layout import column
from ui.parts.matching import Option, exactly, folded, found, sounds
from ui.shell.context import Context


class Picker(Entry):
    """A line that finds options; one is chosen, or with `most` above 1 several as chips under it."""

    def __init__(
        self,
        words: Words,
        title: str,
        needed: bool,
        options: Sequence[Option],
        *,
        hint: str = "",
        most: int = 1,
        browse: bool = False,
    ) -> None:
        self._words = words
        self.options = options
        self.line = FindLine(browse=browse)
        self._most = most
        self._chosen: Option | None = None
        super().__init__(title, needed=needed, hint=hint, **blank_words(words))
        self.chips = Chosen(words("casework.field.take_away"), self._changed_chips)
        self.chips.setVisible(False)
        self.fill(column(self.line, self.chips, spacing=6), self.line)
        self.line.asked.connect(self.search)
        self.line.picked.connect(self.take)
        self.line.back.connect(self.step_back)
        self.line.textChanged.connect(self._edited)

    @property
    def many(self) -> bool:
        return self._most > 1

    def search(self, text: str) -> None:
        """Offers what the text may mean."""
        self.line.offer(found(self.options, text))

    def take(self, option: Option) -> None:
        """This one is chosen."""
        if self.many:
            self.chips.add(option.id, option.title)
            self._show_text("")
        else:
            self._chosen = option
            self._show_text(self.text_of(option))
        self.changed.emit()

    def choose(self, ids: Sequence[str]) -> None:
        """Begins with these; what is not among the options stays out."""
        for id_ in ids:
            if option := next((one for one in self.options if one.id == id_), None):
                self.take(option)

    def text_of(self, option: Option) -> str:
        """How a chosen one stands in the line."""
        return option.title

    def step_back(self) -> None:
        """Backspace in the empty line: the last chip goes."""
        self.chips.drop_last()

    def chosen(self) -> Option | None:
        """The one that is chosen. What is typed will do where it is exactly one's name or code, or only one's part."""
        if self._chosen is not None or self.many:
            return self._chosen
        text = self.line.text()
        if not text.strip():
            return None
        only = found(self.options, text, 2)
        return exactly(self.options, text) or (only[0] if len(only) == 1 else None)

    def value(self) -> object:
        if self.many:
            return self.chips.ids() or None
        option = self.chosen()
        return option.id if option else None

    def problem(self) -> str:
        typed = self.line.text().strip()
        if typed and (self.many or self.chosen() is None):
            return self._words("parts.not_in_list")
        return self._words("cases.problem.too_many") if len(self.chips.ids()) > self._most else ""

    def _edited(self) -> None:
        self._chosen = None
        self.changed.emit()

    def _show_text(self, text: str) -> None:
        self.line.blockSignals(True)
        self.line.setText(text)
        self.line.blockSignals(False)

    def _changed_chips(self) -> None:
        self.chips.setVisible(bool(self.chips.ids()))
        self.changed.emit()


class CategoryField(Picker):
    """A category: step by step down the tree with ↓ and Enter, Backspace goes up; or by any part of the words on the way,
    in Chinese, pinyin or initials. Only what has nothing below it can be chosen."""

    def __init__(self, words: Words, field: CaseField, needed: bool) -> None:
        self._tree = field.tree
        self._at: tuple[Node, ...] = ()
        self._leaves = list(_leaves(words, field.tree))
        super().__init__(
            words, words.of(field.title), needed, self._leaves, browse=True,
            hint=words.of(field.hint) if field.hint else words("casework.field.category_hint"),
        )  # fmt: skip

    def search(self, text: str) -> None:
        self.line.offer(self._next_level() if not text.strip() else _by_way(self._leaves_below(), text))

    def take(self, option: Option) -> None:
        if not option.opens:
            self._at = ()
            super().take(option)
            return
        node = next(node for node in self._level() if node.name == option.id)
        self._at = (*self._at, node)
        self._show_way()
        self.search("")

    def step_back(self) -> None:
        if self._at:
            self._at = self._at[:-1]
            self._show_way()
            self.search("")

    def urgency(self) -> str:
        """What a case of the chosen category is proposed with; "" where the tree does not say."""
        option = self.chosen()
        found_ = ""
        nodes = self._tree
        for name in option.id.split("/") if option else ():
            node = next(node for node in nodes if node.name == name)
            found_, nodes = node.urgency or found_, node.children
        return found_

    def text_of(self, option: Option) -> str:
        return f"{option.detail} / {option.title}" if option.detail else option.title

    def chosen(self) -> Option | None:
        if self._chosen is not None or not self.line.text().strip():
            return self._chosen
        only = _by_way(self._leaves, self.line.text())
        return only[0] if len(only) == 1 else None

    def choose(self, ids: Sequence[str]) -> None:
        for option in self._leaves:
            if option.id in ids:
                super().take(option)

    def _level(self) -> tuple[Node, ...]:
        return self._at[-1].children if self._at else self._tree

    def _next_level(self) -> list[Option]:
        """The next step down from where one is."""
        way = "/".join(node.name for node in self._at)
        above = " / ".join(self._words.of(node.title) for node in self._at)
        return [
            Option(node.name, self._words.of(node.title), opens=True)
            if node.children
            else Option(f"{way}/{node.name}".lstrip("/"), self._words.of(node.title), above)
            for node in self._level()
        ]

    def _leaves_below(self) -> list[Option]:
        way = "".join(f"{node.name}/" for node in self._at)
        return [option for option in self._leaves if option.id.startswith(way)]

    def _show_way(self) -> None:
        way = " / ".join(self._words.of(node.title) for node in self._at)
        self.line.setPlaceholderText(f"{way} / …" if way else "")


class PersonField(Picker):
    """A resident by three letters of the name, a room or digits of the phone; shown masked."""

    def __init__(self, context: Context, title: str, needed: bool, *, hint: str = "", most: int = 1) -> None:
        self._context = context
        self.people: dict[str, PersonView] = {}
        self._wanted = ""
        super().__init__(
            context.words, title, needed, (), hint=hint or context.words("casework.field.person_hint"), most=most
        )

    def search(self, text: str) -> None:
        self._wanted = text.strip()
        if self._wanted:
            self._find(self._wanted)
        else:
            self.line.close_list()

    def begin_with(self, person_id: str, name: str) -> None:
        """Who is known already."""
        self.take(Option(person_id, name))

    def person(self) -> PersonView | None:
        """Who is chosen."""
        option = self.chosen()
        return self.people.get(option.id) if option else None

    @slot
    async def _find(self, text: str) -> None:
        try:
            people = await in_background(self._context.console.people.find, self._context.who, text)
        except LinliError as error:
            self.set_error(self._words.told(error))
            return
        # An answer to what was typed before is none.
        if text == self._wanted:
            self.people |= {one.id: one for one in people}
            self.options = [Option(one.id, one.name, f"{'、'.join(one.homes)}  {one.phone}".strip()) for one in people]
            self.line.offer(self.options)


def people_named(names: dict[str, str], ids: Sequence[str]) -> list[Option]:
    """Options for residents that are chosen already."""
    return [Option(id_, names.get(id_, "•••")) for id_ in ids]


def _leaves(words: Words, nodes: Sequence[Node], way: str = "", above: tuple[str, ...] = ()) -> Iterator[Option]:
    for node in nodes:
        title = words.of(node.title)
        if node.children:
            yield from _leaves(words, node.children, f"{way}{node.name}/", (*above, title))
        else:
            yield Option(f"{way}{node.name}", title, " / ".join(above))


def _by_way(leaves: Sequence[Option], text: str) -> list[Option]:
    """The leaves with every word of the text somewhere on the way to them, best where it is the end of the way."""
    words = folded(text).replace("/", " ").split()

    def way(leaf: Option) -> str:
        return folded(f"{leaf.detail} {leaf.title}")

    def heard(leaf: Option, word: str) -> bool:
        return word.isascii() and any(word in sound for sound in sounds(f"{leaf.detail}{leaf.title}"))

    held = [leaf for leaf in leaves if all(word in way(leaf) or heard(leaf, word) for word in words)]
    return sorted(held, key=lambda leaf: not all(word in folded(leaf.title) for word in words))
