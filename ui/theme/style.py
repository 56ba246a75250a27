"""Makes the whole program look like the current theme: Fusion, a palette and one style sheet, all from tokens."""

from __future__ import annotations

from string import Template

import msgspec
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from resources.loader import folder
from ui.theme.fonts import font
from ui.theme.tokens import Theme, measures, theme, use_theme


def apply(app: QApplication, name: str) -> None:
    """Switches to the theme `light` or `dark`. Raises DataFileError for a mistake in its file."""
    use_theme(name)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setFont(font("body"))
    app.setPalette(palette(theme()))
    app.setStyleSheet(style_sheet(theme()))


def palette(of: Theme) -> QPalette:
    """The palette of a theme, for what the style sheet does not reach."""
    roles = {
        QPalette.ColorRole.Window: "ground",
        QPalette.ColorRole.WindowText: "ink",
        QPalette.ColorRole.Base: "surface",
        QPalette.ColorRole.AlternateBase: "ground",
        QPalette.ColorRole.Text: "ink",
        QPalette.ColorRole.PlaceholderText: "ink3",
        QPalette.ColorRole.Button: "surface",
        QPalette.ColorRole.ButtonText: "ink",
        QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "ink",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "accent_ink",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Light: "raised",
        QPalette.ColorRole.Midlight: "line",
        QPalette.ColorRole.Mid: "line_strong",
        QPalette.ColorRole.Dark: "line_strong",
        QPalette.ColorRole.Shadow: "line_strong",
    }
    made = QPalette()
    for role, color in roles.items():
        made.setColor(role, of.color(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, of.color("ink3"))
    return made


def style_sheet(of: Theme) -> str:
    """The style sheet with every `$token` filled: colours by role, measures as `$group_name`."""
    tokens: dict[str, str] = {
        role: _css(value) for role, value in msgspec.structs.asdict(of.colors).items() if isinstance(value, str)
    }
    # A style sheet cannot tint a picture: each theme has its own, the arrow in its ink2, the tick in its accent_ink.
    tokens["choice_arrow"] = folder("themes", f"choice-{of.name}.svg").as_posix()
    tokens["check_mark"] = folder("themes", f"check-{of.name}.svg").as_posix()
    for group, named in measures().items():
        tokens |= {f"{group}_{name}": f"{value}px" for name, value in named.items()}
    return Template(folder("themes", "style.qss").read_text(encoding="utf-8")).substitute(tokens)


def _css(value: str) -> str:
    # The tokens write alpha last (#RRGGBBAA), Qt reads it first (#AARRGGBB).
    return f"#{value[7:]}{value[1:7]}" if len(value) == 9 else value
