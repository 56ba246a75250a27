"""The key of a store: 32 random bytes that never change, kept in `keys.json` wrapped once for each way in (a slot).

Slots: `passphrase` (argon2id), `keyring` (the system's own, for whoever is signed in there), and for the demo alone
`open`, which is no protection and which the self-test says loudly.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec

from db.files import write_whole
from desktop.kernel.errors import Invalid, Refused
from desktop.security.errors import KeysDamaged, KeysMissing, WrongPassphrase
from desktop.security.keyrings import Keyring, SystemKeyring

FILE = "keys.json"
SHORTEST_PASSPHRASE = 8
_BOUND_TO = b"linli/keys/1"


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one guess of a passphrase costs (argon2id, RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int


STRONG = Cost(256 * 1024, 4, 4)
"""About half a second on a small office machine, once a start."""

# A changed file must not make us allocate the whole machine before its damage shows.
_MOST = Cost(1024 * 1024, 16, 16)


class PassphraseSlot(msgspec.Struct, tag="passphrase", forbid_unknown_fields=True):
    cost: Cost
    salt: str
    nonce: str
    box: str


class KeyringSlot(msgspec.Struct, tag="keyring", forbid_unknown_fields=True):
    nonce: str
    box: str


class OpenSlot(msgspec.Struct, tag="open", forbid_unknown_fields=True):
    key: str


Slot = PassphraseSlot | KeyringSlot | OpenSlot


class KeysFile(msgspec.Struct, forbid_unknown_fields=True):
    """`keys.json`. `sum` is a hash of the rest: it tells a damaged file from a wrong passphrase."""

    store: str
    slots: list[Slot]
    version: int = 1
    sum: str = ""


@dataclass(frozen=True)
class Ways:
    """The ways into a store, for the self-test."""

    passphrase: bool
    keyring: bool
    open: bool


def create_keys(data_dir: Path, passphrase: str | None, open: bool = False, cost: Cost = STRONG) -> bytes:
    """Makes the key of a new store and its file. `open` leaves it readable: for the demo, which holds nobody's data.

    Raises Refused when there is a keys file already, Invalid for a passphrase that is too short or no way in at all.
    """
    if exist(data_dir):
        raise Refused(f"there is a keys file in {data_dir} already")
    if passphrase is None and not open:
        raise Invalid("a store needs a passphrase", "passphrase", problem="short")
    key = secrets.token_bytes(32)
    slots: list[Slot] = []
    if passphrase is not None:
        slots.append(_passphrase_slot(key, passphrase, cost))
    if open:
        slots.append(OpenSlot(key.hex()))
    data_dir.mkdir(parents=True, exist_ok=True)
    _write(data_dir, KeysFile(str(uuid.uuid4()), slots))
    return key


def unlock(data_dir: Path, passphrase: str | None, keyring: Keyring | None = None) -> bytes:
    """The store's key: by the passphrase if given, else by the open slot or the system's keyring.

    Raises WrongPassphrase, KeysMissing (no file, or no slot that can be opened this way) or KeysDamaged.
    """
    file = _read(data_dir)
    opened = next((slot for slot in file.slots if isinstance(slot, OpenSlot)), None)
    if opened:
        return _bytes(opened.key, 32)
    if passphrase is not None:
        wrapped = [slot for slot in file.slots if isinstance(slot, PassphraseSlot)]
        for slot in wrapped:
            if key := _unwrap(slot, _stretched(passphrase, _bytes(slot.salt), slot.cost)):
                return key
        if wrapped:
            raise WrongPassphrase("the passphrase does not open this store")
    for remembered in file.slots:
        if isinstance(remembered, KeyringSlot):
            secret = (keyring or SystemKeyring()).get(file.store)
            if secret and (key := _unwrap(remembered, secret)):
                return key
    raise KeysMissing("no way in without a passphrase" if passphrase is None else "the file has no passphrase slot")


def set_passphrase(data_dir: Path, key: bytes, passphrase: str, cost: Cost = STRONG) -> None:
    """Gives the store a new passphrase in place of the old one; the key itself stays."""
    file = _read(data_dir)
    kept = [slot for slot in file.slots if not isinstance(slot, PassphraseSlot)]
    _write(data_dir, KeysFile(file.store, [_passphrase_slot(key, passphrase, cost), *kept]))


def remember(data_dir: Path, key: bytes, keyring: Keyring | None = None) -> bool:
    """Lets the system's keyring open the store for whoever is signed in. False where there is no keyring."""
    file = _read(data_dir)
    secret = secrets.token_bytes(32)
    if not (keyring or SystemKeyring()).set(file.store, secret):
        return False
    kept = [slot for slot in file.slots if not isinstance(slot, KeyringSlot)]
    nonce, box = _wrap(key, secret)
    _write(data_dir, KeysFile(file.store, [*kept, KeyringSlot(nonce, box)]))
    return True


def exist(data_dir: Path) -> bool:
    """Whether the folder has a keys file."""
    return (data_dir / FILE).exists()


def ways(data_dir: Path) -> Ways:
    """Which slots the file has. Raises KeysMissing or KeysDamaged."""
    kinds = {type(slot) for slot in _read(data_dir).slots}
    return Ways(PassphraseSlot in kinds, KeyringSlot in kinds, OpenSlot in kinds)


def needs_passphrase(data_dir: Path) -> bool:
    """Whether somebody must be asked. Raises KeysMissing or KeysDamaged."""
    found = ways(data_dir)
    return not (found.open or found.keyring)


def is_open(data_dir: Path) -> bool:
    """Whether the key lies open beside the store, as in the demo."""
    return ways(data_dir).open


def field_key(key: bytes) -> bytes:
    """The key of the field service's own files (telemetry, hand-over), derived so that it opens nothing else."""
    return derived(key, b"linli/field/1")


def derived(key: bytes, label: bytes) -> bytes:
    """32 bytes for one purpose: HKDF-SHA256 (RFC 5869) with an empty salt, written out because it is two lines and
    importing the library for it would cost every start."""
    return hmac.digest(hmac.digest(bytes(32), key, "sha256"), label + b"\x01", "sha256")


def _passphrase_slot(key: bytes, passphrase: str, cost: Cost) -> PassphraseSlot:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Invalid(f"a passphrase has at least {SHORTEST_PASSPHRASE} characters", "passphrase", problem="short")
    salt = secrets.token_bytes(16)
    return PassphraseSlot(cost, salt.hex(), *_wrap(key, _stretched(passphrase, salt, cost)))


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    if cost.memory_kib > _MOST.memory_kib or cost.passes > _MOST.passes or cost.lanes > _MOST.lanes:
        raise KeysDamaged("the keys file asks for an absurd cost")
    # An input method may give full-width letters: NFKC makes one passphrase of both.
    secret = unicodedata.normalize("NFKC", passphrase).encode()
    return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def _wrap(key: bytes, secret: bytes) -> tuple[str, str]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    return nonce.hex(), AESGCM(secret).encrypt(nonce, key, _BOUND_TO).hex()


def _unwrap(slot: PassphraseSlot | KeyringSlot, secret: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(secret).decrypt(_bytes(slot.nonce, 12), _bytes(slot.box), _BOUND_TO)
    except InvalidTag:
        return None


def _bytes(text: str, length: int | None = None) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise KeysDamaged("the keys file holds what is not hexadecimal") from error
    if length is not None and len(data) != length:
        raise KeysDamaged("the keys file holds a key of a wrong length")
    return data


def _sum(file: KeysFile) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(file, sum=""), order="sorted")).hexdigest()


def _read(data_dir: Path) -> KeysFile:
    path = data_dir / FILE
    try:
        file = msgspec.json.decode(path.read_bytes(), type=KeysFile)
    except FileNotFoundError as error:
        raise KeysMissing(f"there is no {FILE} in {data_dir}") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise KeysDamaged(f"{path} cannot be read: {error}") from error
    if not hmac.compare_digest(file.sum, _sum(file)):
        raise KeysDamaged(f"{path} was changed")
    return file


def _write(data_dir: Path, file: KeysFile) -> None:
    whole = msgspec.structs.replace(file, sum=_sum(file))
    write_whole(data_dir / FILE, msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2))
