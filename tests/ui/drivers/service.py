"""The page of promised times, as a person reads it."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from tests.ui.drivers.energy import EnergyDriver
from ui.parts.bars import BarPlot


class ServiceDriver(EnergyDriver):
    """Figures, charts and the list by their names."""

    def plot(self, name: str) -> BarPlot:
        return next(plot for plot in self.root.findChildren(BarPlot) if plot.accessibleName() == name)

    def told(self, name: str) -> list[str]:
        """What a chart says, a category a line."""
        text = self.plot(name).accessibleDescription()
        return text.split("; ") if text else []

    def choose_kind(self, title: str) -> None:
        box = self.root.findChild(QComboBox)
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(box.findText(title))
