"""A signature in a form: signed here, or on paper and photographed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit

from desktop.cases.definition import CaseField
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.cases.fields import blank_words
from ui.parts.buttons import Button
from ui.parts.chosen import flowing
from ui.parts.entry import Entry
from ui.parts.layout import column
from ui.parts.pictures import Picture, Unfit, drawn, encoded, from_file
from ui.parts.signature import SignaturePad
from ui.parts.thumbs import Read


class SignatureField(Entry):
    """The pad with the signer's name under it. Its value is the kept one's SHA-256 or a new `Picture`."""

    def __init__(self, words: Words, field: CaseField, needed: bool, read: Read, before: str = "") -> None:
        self._words, self._title = words, words.of(field.title)
        self._kept: str | Picture | None = before or None
        self._read = read
        super().__init__(
            self._title, needed=needed, hint=words.of(field.hint) if field.hint else words("casework.sign.hint"),
            **blank_words(words),
        )  # fmt: skip
        self.pad = SignaturePad(self._title, words("casework.sign.here"))
        self.signer = QLineEdit()
        self.signer.setMaxLength(40)
        self.signer.setPlaceholderText(words("casework.sign.name"))
        self.signer.setAccessibleName(f"{self._title}：{words('casework.sign.name')}")
        self._shown = QLabel()
        self._clear = Button(words("casework.sign.clear"), "plain", on=self.clear)
        self._file = Button(words("casework.sign.from_file"), "plain", on=self._ask)
        acts = flowing(self._clear, self._file, spacing=4)
        self.fill(column(self.pad, self._shown, self.signer, acts, spacing=6), self.pad)
        self._clear.setAccessibleName(f"{self._title}：{words('casework.sign.clear')}")
        self._file.setAccessibleName(f"{self._title}：{words('casework.sign.from_file')}")
        self.signer.textChanged.connect(self._named)
        self.pad.changed.connect(self.changed)
        self._draw()
        if before:
            self._show_kept(before)

    def clear(self) -> None:
        """Nothing is signed."""
        self._kept = None
        self._draw()
        self.pad.clear()

    def value(self) -> object:
        if self._kept is not None:
            return self._kept
        return None if self.pad.is_empty() else Picture(encoded(self.pad.image(), "PNG"), "image/png")

    @slot
    async def take(self, file: Path) -> None:
        """A photo of what was signed on paper."""
        try:
            self._kept = await in_background(from_file, file)
        except Unfit as error:
            self.set_error(self._words(f"casework.photo.{error.why}", name=file.name))
            return
        self._show(self._kept.data)
        self.changed.emit()

    @slot
    async def _show_kept(self, sha256: str) -> None:
        self._show(await in_background(self._read, sha256))

    def _show(self, data: bytes) -> None:
        image = drawn(data, 1280)
        if not image.isNull():
            size = self.pad.sizeHint() * 2
            fitted = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            fitted.setDevicePixelRatio(2)
            self._shown.setPixmap(QPixmap.fromImage(fitted))
        self._draw()

    def _draw(self) -> None:
        kept = self._kept is not None
        self.pad.setVisible(not kept)
        self.signer.setVisible(not kept)
        self._shown.setVisible(kept)

    def _ask(self) -> None:
        words = self._words
        dialog = QFileDialog(self, words("casework.sign.from_file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{words('casework.photo.files')} (*.jpg *.jpeg *.png)")
        dialog.fileSelected.connect(lambda file: self.take(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _named(self, name: str) -> None:
        self.pad.set_signer(name.strip())
        self.changed.emit()
