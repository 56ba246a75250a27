"""Photos in a form: from files, the clipboard or dragged in; looked at in full and taken away before they are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from desktop.cases.definition import CaseField
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.cases.fields import blank_words
from ui.parts.buttons import Button
from ui.parts.chosen import flowing
from ui.parts.entry import Entry
from ui.parts.layout import clear, column
from ui.parts.pictures import Picture, Unfit, drawn, dropped, from_file, from_image
from ui.parts.pictureview import Shot, look_at
from ui.parts.text import plain_tip
from ui.parts.thumbs import Read, thumbnail

THUMB = QSize(84, 84)


class PhotoField(Entry):
    """A strip of thumbnails. Enter or a click opens one in full, Delete takes it away, Ctrl+V adds what was copied.

    Its value is a list of what is kept already (SHA-256) and of what is new (`Picture`), in order.
    """

    def __init__(
        self,
        words: Words,
        field: CaseField,
        needed: bool,
        read: Read,
        before: Sequence[str] = (),
        host: QWidget | None = None,
    ) -> None:
        """`host` is what a picture opened in full covers; the window where none is given."""
        self._words, self._title, self._most = words, words.of(field.title), field.most
        self._read, self._host = read, host
        self._photos: list[tuple[str | Picture, QImage]] = []
        super().__init__(
            self._title, needed=needed, hint=words.of(field.hint) if field.hint else words("casework.photo.hint"),
            **blank_words(words),
        )  # fmt: skip
        self.add = Button(words("casework.photo.add"), icon_name="camera", on=self._ask)
        self.paste = Button(words("casework.photo.paste"), "plain", on=self._paste)
        self._strip = flowing(spacing=8)
        self._strip.hide()
        self.setAcceptDrops(True)
        self.fill(column(self._strip, flowing(self.add, self.paste), spacing=6), self.add, names=False)
        self.add.setAccessibleName(f"{self._title}：{words('casework.photo.add')}")
        self.paste.setAccessibleName(f"{self._title}：{words('casework.photo.paste')}")
        # Held from the first moment: what is sent before they are drawn must not lose them.
        self._photos = [(sha256, QImage()) for sha256 in before]
        if before:
            self._show_kept()

    def value(self) -> object:
        return [photo for photo, _ in self._photos] or None

    def problem(self) -> str:
        return self._words("cases.problem.too_many") if len(self._photos) > self._most else ""

    def thumbs(self) -> list[QToolButton]:
        """The thumbnails, in order."""
        return self._strip.findChildren(QToolButton)

    @slot
    async def take(self, pictures: Iterable[Path | QImage]) -> None:
        """Adds these, made fit in the background; what is no photo is told below."""
        told = ""
        for one in pictures:
            try:
                photo, image = await in_background(_made_fit, one)
            except Unfit as error:
                told = self._words(f"casework.photo.{error.why}", name=one.name if isinstance(one, Path) else "")
                continue
            if all(photo != other for other, _ in self._photos):
                self._photos.append((photo, image))
        self._draw()
        self.changed.emit()
        if told:
            self.set_error(told)

    @slot
    async def _show_kept(self) -> None:
        for photo, _ in list(self._photos):
            if isinstance(photo, str):
                image = await in_background(self._drawn, photo)
                self._photos = [(one, image if one == photo else was) for one, was in self._photos]
        self._draw()

    def _drawn(self, sha256: str) -> QImage:
        return drawn(self._read(sha256))

    def _ask(self) -> None:
        words = self._words
        dialog = QFileDialog(self, words("casework.photo.add"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(f"{words('casework.photo.files')} (*.jpg *.jpeg *.png)")
        dialog.filesSelected.connect(lambda files: self.take([Path(file) for file in files]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _paste(self) -> None:
        found = dropped(QGuiApplication.clipboard().mimeData())
        if found:
            self.take(found)
        else:
            self.set_error(self._words("casework.photo.nothing_copied"))

    def _draw(self) -> None:
        layout = self._strip.layout()
        assert layout is not None
        clear(layout)
        for number, (_, image) in enumerate(self._photos):
            layout.addWidget(self._thumb(number, image))
        self._strip.setVisible(bool(self._photos))

    def _thumb(self, number: int, image: QImage) -> QToolButton:
        name = self._named(number)
        button = _Thumb(lambda: self._drop(number))
        button.setAccessibleName(name)
        plain_tip(button, f"{name} · {self._words('casework.photo.keys')}")
        button.setFixedSize(THUMB)
        button.setIconSize(THUMB - QSize(6, 6))
        button.setIcon(QIcon(thumbnail(image, THUMB)))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self._open(number))
        return button

    def _open(self, number: int) -> None:
        images = [image for _, image in self._photos]
        shots = [Shot(self._named(n)) for n in range(len(images))]
        look_at(self._host or self.window(), shots, number, lambda n: images[n])

    def _named(self, number: int) -> str:
        return self._words("casework.photo.n", title=self._title, n=number + 1)

    def _drop(self, number: int) -> None:
        del self._photos[number]
        self._draw()
        left = self.thumbs()
        (left[min(number, len(left) - 1)] if left else self.add).setFocus()
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = dropped(event.mimeData())
        if found:
            event.acceptProposedAction()
            self.take(found)


class _Thumb(QToolButton):
    def __init__(self, drop: Callable[[], object]) -> None:
        super().__init__()
        self._drop = drop

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._drop()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)


def _made_fit(one: Path | QImage) -> tuple[Picture, QImage]:
    photo = from_file(one) if isinstance(one, Path) else from_image(one)
    return photo, drawn(photo.data)
