"""What a site put beside the program's data files: its kinds of thing and case, and its makers' codes."""

from __future__ import annotations

from pathlib import Path

from desktop.alarms.openings import cannot_open
from desktop.cases.loading import load_definitions
from desktop.things.loader import CASES, SITE_FOLDER, load_models_of
from desktop.things.vendors import SITE_VENDORS, vendors_with
from resources.loader import DataFileError, folder


def refused_files(data_dir: Path) -> list[DataFileError]:
    """Everything in the data files that is wrong, each with file, line and reason."""
    definitions = load_definitions(folder(CASES), data_dir / CASES)
    kinds = load_models_of(data_dir)
    makers = vendors_with(data_dir / SITE_VENDORS, kinds.models)
    unopened = cannot_open(kinds.models, definitions.newest(), folder("things"), data_dir / SITE_FOLDER)
    return [*definitions.refused, *kinds.refused, *unopened, *makers.refused]
