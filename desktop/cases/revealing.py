"""What is handed out of a case that tells who somebody is, each time with its note in the journal. Within a transaction."""

from __future__ import annotations

from db.store import Transaction
from db.tables.cases import CaseRow
from desktop.cases import masking, pictures, rows
from desktop.cases.definition import CaseDefinition
from desktop.cases.evidence import EVIDENCE
from desktop.cases.lines import DefinitionOf
from desktop.cases.pictures import Image
from desktop.kernel.errors import Invalid, NotFound


def words(tx: Transaction, definition_of: DefinitionOf, case_id: str, field: str) -> str:
    """What stands behind the masks of a field. Raises NotFound, Invalid for a field that is not masked."""
    row = rows.row_of(tx.session, case_id)
    found = _definition(definition_of, row).field(field)
    if found is None or found.type == "photo" or not masking.is_personal(found):
        raise Invalid(f"{field!r} is not masked", "field")
    tx.note("case", case_id, {"revealed": field})
    return masking.plain(found, row.fields.get(field))


def papers(tx: Transaction, definition_of: DefinitionOf, case_id: str, field: str) -> tuple[Image, ...]:
    """The photos of a masked field, in order. Raises NotFound, Invalid for a field that has none or is not masked."""
    row = rows.row_of(tx.session, case_id)
    found = _definition(definition_of, row).field(field)
    kept = row.fields.get(field)
    if found is None or found.type != "photo" or not found.personal or not isinstance(kept, list):
        raise Invalid(f"{field!r} has no photos that are masked", "field")
    return pictures.reveal(tx, "case", case_id, field, *map(str, kept))


def camera_of(row: CaseRow, sha256: str) -> str | None:
    """The camera that took one of the pictures an alarm left with the case; None for one that a person took. Raises
    NotFound for a picture that is none of these."""
    left = row.extra.get(EVIDENCE, {})
    if sha256 not in left.get("pictures", ()):
        raise NotFound("the case has no such picture", id=sha256)
    still = left.get("stills", {}).get(sha256)
    return still["camera"] if still else None


def _definition(definition_of: DefinitionOf, row: CaseRow) -> CaseDefinition:
    return definition_of(row.definition, row.version, row.state)
