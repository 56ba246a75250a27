"""Taking in a drawing: a file, its name and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget

from desktop.kernel.errors import Invalid
from desktop.places.views import PlaceNode
from desktop.plans.pictures import MOST_BYTES, PictureRefused, check
from desktop.plans.service import LONGEST_NAME
from desktop.plans.views import PlanView
from ui.aio import in_background, slot
from ui.parts.form import FormField
from ui.plans.vector import as_png
from ui.shell.context import Context
from ui.things.forms import SideForm


class PlanForm(SideForm):
    """The name and the place of a drawing that was read."""

    def __init__(self, host: QWidget, context: Context, tree: PlaceNode, file: str, data: bytes) -> None:
        words = context.words
        self._data = data
        name = QLineEdit(Path(file).stem[:LONGEST_NAME])
        name.setMaxLength(LONGEST_NAME)
        self._place = QComboBox()
        self._place.addItem(words("plans.whole"), "")
        for id_, text in _places(tree):
            self._place.addItem(text, id_)
        missing = words("plans.name_missing")
        self._name = FormField(words("plans.name"), name, rule=lambda text: "" if text.strip() else missing)
        place = FormField(words("plans.place"), self._place, hint=words("plans.place_hint"))
        super().__init__(
            host, context, words("plans.add_title"), words("plans.add_act"), Path(file).name, [self._name, place]
        )

    def work(self) -> Callable[[], None]:
        place, name = self._place.currentData() or None, self._name.text()
        context, data = self.context, self._data

        def run() -> None:
            context.console.plans.add(context.who, place, name, data)

        return run

    def said(self) -> str:
        return self.words("plans.added", name=self._name.text().strip())

    def refused(self, error: Invalid) -> None:
        self._name.set_error(
            why_refused(self.context, error.facts.get("why", ""))
            if error.field == "picture"
            else self.words.told(error)
        )


class RenameForm(SideForm):
    """Another name for a drawing."""

    def __init__(self, host: QWidget, context: Context, plan: PlanView) -> None:
        words = context.words
        self._plan = plan
        name = QLineEdit(plan.name)
        name.setMaxLength(LONGEST_NAME)
        name.selectAll()
        missing = words("plans.name_missing")
        self._name = FormField(words("plans.name"), name, rule=lambda text: "" if text.strip() else missing)
        super().__init__(host, context, words("plans.rename_title"), words("plans.rename_act"), plan.name, [self._name])

    def work(self) -> Callable[[], None]:
        context, plan, name = self.context, self._plan.id, self._name.text().strip()

        def run() -> None:
            context.console.plans.rename(context.who, plan, name)

        return run

    def said(self) -> str:
        return self.words("plans.renamed", name=self._name.text().strip())


class TakeIn(QObject):
    """Asks for the file without a loop of its own, looks at it in the background, then opens the form.

    Signals:
        closed: it was put away or refused (and told), or its form stands.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context, tree: PlaceNode) -> None:
        super().__init__(host)
        self._host, self._context, self._tree = host, context, tree
        words = context.words
        self._dialog = QFileDialog(host, words("plans.add_title"))
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.setNameFilter(f"{words('plans.files')} (*.svg *.png *.jpg *.jpeg)")
        self._dialog.fileSelected.connect(self.read)
        self._dialog.rejected.connect(self._end)
        self._dialog.open()

    @slot
    async def read(self, file: str) -> None:
        """The chosen file."""
        shell = self._context.shell
        try:
            data = await in_background(_checked, Path(file))
        except PictureRefused as error:
            shell.say(why_refused(self._context, error.problem))
        except OSError as error:
            shell.say(self._context.words("plans.unread", why=error.strerror or str(error)))
        else:
            PlanForm(self._host, self._context, self._tree, file, data)
        self._end()

    def _end(self) -> None:
        self._dialog.deleteLater()
        self.closed.emit()
        self.deleteLater()


def why_refused(context: Context, problem: str) -> str:
    """A picture's refusal in words that say what to do instead."""
    known = ("empty", "big", "kind", "damaged", "pixels", "flat", "active", "style", "complex")
    return context.words(f"plans.refused.{problem if problem in known else 'damaged'}")


def _checked(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if check(data).media != "image/svg+xml":
        return data
    data = as_png(data)
    check(data)
    return data


def _places(node: PlaceNode, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(id, "3号楼 / 1单元") of every place but homes, of which there are too many to choose from."""
    for child in node.children:
        if child.kind != "room":
            names = (*path, child.name)
            yield child.id, " / ".join(names)
            yield from _places(child, names)
