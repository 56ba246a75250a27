"""One visual language: tokens from `resources/themes`, fonts, icons, the style sheet and the palette."""
