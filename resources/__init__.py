"""Data packs: thing models, case definitions, words, themes, icons, fonts. No code but the loader."""
