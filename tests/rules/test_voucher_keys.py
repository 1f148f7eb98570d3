"""The key folder: made once, checked at every start, and what its keys sign and read."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from buyback.errors import Refused
from buyback.security import key_folder
from buyback.security.keyring import KeyRing, token_hash
from buyback.vouchers import qrtext
from buyback.vouchers.qrtext import Genuine, SignedFace

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SALT = bytes(range(32))
VOUCHER = UUID("6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a11")
OTHER_VOUCHER = UUID("6f0c3f8e-2f0e-4d0f-9a55-0e7f5f4a7a12")
FACE = SignedFace(2000, date(2027, 2, 22), 7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> KeyRing:
    return key_folder.init(folder, demonstration=False, now=NOW)


def _text(ring: KeyRing) -> str:
    return qrtext.encode(ring.token(SALT, VOUCHER), FACE, ring.signing[-1])


def test_new_keys_sign_what_they_then_read(folder: Path, ring: KeyRing) -> None:
    read = qrtext.decode(_text(ring), key_folder.load(folder))
    assert read == Genuine(ring.token(SALT, VOUCHER), FACE, 1)


def test_what_a_till_asked_is_not_found_by_trying_without_the_key(ring: KeyRing) -> None:
    """Op ids of some versions carry their minute, tills and vouchers are few: a bare hash would give them away."""

    def hashes(keys: KeyRing) -> list[bytes]:
        till, op_id = UUID(int=1), UUID(int=2)
        return [keys.op_hash(op_id), keys.asker_hash(till, op_id), keys.request_hash(till, op_id, b"voucher")]

    other = replace(ring, operation_key=bytes(32))
    assert len({*hashes(ring), *hashes(other)}) == 6
    assert hashes(replace(ring, code_key=bytes(32))) == hashes(ring)


def test_keys_loaded_again_derive_the_same(folder: Path, ring: KeyRing) -> None:
    again = key_folder.load(folder)
    assert again.token(SALT, VOUCHER) == ring.token(SALT, VOUCHER)
    assert again.typed_code(SALT, VOUCHER) == ring.typed_code(SALT, VOUCHER)
    assert again.code_hash(5) == ring.code_hash(5)
    assert again.session_key == ring.session_key
    assert _public(again) == _public(ring)


def test_every_installation_has_keys_of_its_own_and_each_job_too(tmp_path: Path) -> None:
    rings = [key_folder.init(tmp_path / name, demonstration=True, now=NOW) for name in ("a", "b")]
    secrets = [
        secret
        for ring in rings
        for secret in (ring.token_key, ring.code_key, ring.pin_key, ring.session_key, _public(ring))
    ]
    assert len(set(secrets)) == 10
    assert all(len(secret) == 32 for secret in secrets)


def test_another_voucher_or_another_salt_gives_another_token_and_code(ring: KeyRing) -> None:
    cases = [(SALT, VOUCHER), (SALT, OTHER_VOUCHER), (SALT[::-1], VOUCHER)]
    assert len({ring.token(*case) for case in cases}) == 3
    assert len({ring.typed_code(*case) for case in cases}) == 3
    assert all(len(ring.token(*case)) == 16 for case in cases)
    assert all(ring.typed_code(*case) < 1 << 60 for case in cases)


def test_hashes_in_the_database_depend_on_the_key(tmp_path: Path, ring: KeyRing) -> None:
    other = key_folder.init(tmp_path / "other", demonstration=False, now=NOW)
    assert ring.code_hash(5) != other.code_hash(5)


def test_demonstration_keys_are_marked(tmp_path: Path) -> None:
    key_folder.init(tmp_path / "demo", demonstration=True, now=NOW)
    key_folder.init(tmp_path / "real", demonstration=False, now=NOW)
    assert key_folder.load(tmp_path / "demo").is_demonstration
    assert not key_folder.load(tmp_path / "real").is_demonstration


def test_only_the_owner_can_open_the_folder_and_its_files(folder: Path, ring: KeyRing) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_no_secret_is_shown_when_a_key_ring_is_printed(folder: Path, ring: KeyRing) -> None:
    shown = repr(ring)
    for secret in (ring.token_key, ring.code_key, ring.pin_key, ring.session_key):
        assert repr(secret) not in shown
        assert secret.hex() not in shown
    assert ring.token_key.hex() not in (folder / "keys.json").read_text()


def test_keys_are_never_overwritten(folder: Path, ring: KeyRing) -> None:
    with pytest.raises(key_folder.KeysExist) as refusal:
        key_folder.init(folder, demonstration=False, now=NOW)
    assert str(folder) in refusal.value.text()
    assert key_folder.load(folder).token_key == ring.token_key


def test_a_file_in_the_folders_place_is_not_overwritten(folder: Path) -> None:
    folder.write_text("something else")
    with pytest.raises(key_folder.KeysExist):
        key_folder.init(folder, demonstration=False, now=NOW)
    assert folder.read_text() == "something else"


@pytest.mark.parametrize(
    "name", ["keys.json", "token.key", "code.key", "pin.key", "session.key", "audit.key", "checkpoint.key"]
)
def test_a_missing_file_is_named(folder: Path, ring: KeyRing, name: str) -> None:
    (folder / name).unlink()
    _assert_refused(folder, key_folder.KeysMissing, name)


def test_a_missing_folder_is_named(folder: Path) -> None:
    _assert_refused(folder, key_folder.KeysMissing, "keys init")


@pytest.mark.parametrize("name", [".", "keys.json", "token.key", "checkpoint.key", "signing-001.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_what_others_may_open_is_refused(folder: Path, ring: KeyRing, name: str, mode: int) -> None:
    (folder / name).chmod(mode | (0o100 if name == "." else 0))
    _assert_refused(folder, key_folder.KeysExposed, folder.name if name == "." else name)


@pytest.mark.parametrize("name", ["token.key", "checkpoint.key", "signing-001.key"])
@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "not hexadecimal", "ñ" * 32])
def test_a_damaged_key_is_named(folder: Path, ring: KeyRing, name: str, text: str) -> None:
    (folder / name).write_text(text)
    _assert_refused(folder, key_folder.KeysDamaged, name)


@pytest.mark.parametrize("name", ["token.key", "code.key", "pin.key", "checkpoint.key", "signing-001.key"])
def test_a_key_of_another_folder_is_noticed(folder: Path, ring: KeyRing, tmp_path: Path, name: str) -> None:
    key_folder.init(tmp_path / "other", demonstration=False, now=NOW)
    (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    _assert_refused(folder, key_folder.KeysMismatched, name)


def test_two_keys_swapped_are_noticed(folder: Path, ring: KeyRing) -> None:
    (folder / "token.key").write_text(ring.code_key.hex())
    _assert_refused(folder, key_folder.KeysMismatched, "token.key")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"signing": None},
        {"signing": [{}]},
        {"secrets": {}},
        {"demonstration": "no"},
        {"demonstration": None},
    ],
)
def test_a_damaged_registry_is_named(folder: Path, ring: KeyRing, change: dict[str, object]) -> None:
    registry = json.loads((folder / "keys.json").read_text())
    (folder / "keys.json").write_text(json.dumps(registry | change))
    _assert_refused(folder, key_folder.KeysDamaged, "keys.json")


@pytest.mark.parametrize(
    "change",
    [
        {"id": 256},
        {"id": True},
        {"id": "1"},
        {"public": "00"},
        {"public": "zz" * 32},
        {"valid_until": "mañana"},
        {"valid_from": 5},
    ],
)
def test_a_damaged_entry_of_the_registry_is_named(folder: Path, ring: KeyRing, change: dict[str, object]) -> None:
    registry = json.loads((folder / "keys.json").read_text())
    registry["signing"][0] |= change
    (folder / "keys.json").write_text(json.dumps(registry))
    _assert_refused(folder, key_folder.KeysDamaged, "keys.json")


@pytest.mark.parametrize("text", ["", "[]", "{", "ñ"])
def test_a_registry_that_is_no_json_object_is_named(folder: Path, ring: KeyRing, text: str) -> None:
    (folder / "keys.json").write_text(text)
    _assert_refused(folder, key_folder.KeysDamaged, "keys.json")


def test_two_keys_with_one_number_are_refused(folder: Path, ring: KeyRing) -> None:
    registry = json.loads((folder / "keys.json").read_text())
    registry["signing"] *= 2
    (folder / "keys.json").write_text(json.dumps(registry))
    _assert_refused(folder, key_folder.KeysDamaged, "keys.json")


def test_a_machine_without_the_private_key_reads_but_does_not_sign(folder: Path, ring: KeyRing) -> None:
    text = _text(ring)
    (folder / "signing-001.key").unlink()
    reader = key_folder.load(folder)
    assert isinstance(qrtext.decode(text, reader), Genuine)
    with pytest.raises(ValueError, match="1"):
        reader.signing[0].sign(b"")


def test_after_a_rotation_the_old_vouchers_are_still_read(folder: Path, ring: KeyRing) -> None:
    text = _text(ring)
    added = key_folder.add_signing_key(folder, now=NOW + timedelta(days=30))
    both = key_folder.load(folder)
    assert added.id == 2
    assert isinstance(qrtext.decode(text, both), Genuine)
    assert [key.id for key in both.signing] == [1, 2]


def test_a_ring_finds_a_key_that_was_added_after_its_start(folder: Path, ring: KeyRing) -> None:
    assert ring.find_signing_key(2) is None
    added = key_folder.add_signing_key(folder, now=NOW)
    found = ring.find_signing_key(2)
    assert found is not None
    assert found.public == added.public
    text = qrtext.encode(ring.token(SALT, VOUCHER), FACE, added)
    assert isinstance(qrtext.decode(text, ring), Genuine)


def test_a_ring_keeps_its_keys_while_its_folder_is_out_of_reach(folder: Path, ring: KeyRing) -> None:
    folder.rename(folder.with_name("elsewhere"))
    assert ring.find_signing_key(1) == ring.signing[0]
    assert ring.find_signing_key(2) is None
    with pytest.raises(LookupError, match="2"):
        ring.get_signing_key(2)


def test_no_key_gets_a_number_over_255(folder: Path, ring: KeyRing) -> None:
    registry = json.loads((folder / "keys.json").read_text())
    registry["signing"][0]["id"] = 255
    (folder / "signing-001.key").rename(folder / "signing-255.key")
    (folder / "keys.json").write_text(json.dumps(registry))
    with pytest.raises(key_folder.SigningKeysFull):
        key_folder.add_signing_key(folder, now=NOW)


def test_a_token_is_kept_as_its_sha_256() -> None:
    # The digest of sixteen zero bytes, as any sha256sum gives it.
    expected = "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"
    assert token_hash(bytes(16)).hex() == expected


@pytest.mark.parametrize("token, face", [(bytes(15), FACE), (bytes(16), SignedFace(1 << 32, FACE.expires_on, 7))])
def test_a_field_that_does_not_fit_is_a_mistake(ring: KeyRing, token: bytes, face: SignedFace) -> None:
    with pytest.raises(ValueError, match=r"."):
        qrtext.encode(token, face, ring.signing[0])


def _public(ring: KeyRing) -> bytes:
    key: Ed25519PrivateKey = ring.checkpoint
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _assert_refused(folder: Path, refusal: type[Refused], named: str) -> None:
    with pytest.raises(refusal) as refused:
        key_folder.load(folder)
    assert named in refused.value.text()
