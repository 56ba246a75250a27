"""What the self-test found, in the words of whoever reads. The test itself speaks plain English, for the command line."""

from __future__ import annotations

import re

from desktop.kernel.words import Words

_SAYINGS: tuple[tuple[str, str], ...] = (
    ("entries", r"(?P<n>\d+) entries, head (?P<head>\S+)"),
    ("free", r"(?P<n>\d+) % free"),
    ("fonts", r"(?P<n>\d+) files"),
    ("not_there_yet", r"not there yet"),
    ("all_read", r"all read"),
    ("whole", r"ok"),
    ("both_ways", r"passphrase, system keyring"),
    ("passphrase", r"passphrase"),
    ("demo", r"WARNING, DEMO STORE: .+"),
    ("all_there", r"all there"),
    ("no_holidays", r"WARNING, NO HOLIDAYS OF (?P<years>[\d, ]+): .+"),
    ("no_word", r"no word yet"),
)


def in_words(words: Words, detail: str) -> str:
    """The usual findings in words; anything else, as an error of the disk, as it was told."""
    for name, pattern in _SAYINGS:
        if found := re.fullmatch(pattern, detail):
            return words(f"check.found.{name}", **found.groupdict())
    return detail
