"""The text of a voucher's QR code.

It is in people's hands: fields are never moved or removed, and a new layout is a new prefix. ::

    PMB1 + base32( tag 0x01 | key id, 1 byte | token, 16 | face in cents, 4
                   | expiry, 2: days since 2000-01-01 | programme number, 2 | Ed25519 signature, 64 )

RFC 4648 alphabet, no padding, big-endian: 90 bytes, 148 capital letters and digits, so that any keyboard
layout types it and a QR code uses its alphanumeric mode. The signature covers ``PMB voucher 1``, a zero
byte, and the 26 bytes before it.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature

from buyback.security.keyring import SigningKey
from buyback.vouchers.codes import Misread, Misreading, QrText, classify

PREFIX = "PMB1"
TEXT_LENGTH = 148

_TAG = 1
_FIELDS = struct.Struct(">BB16sIHH")
_SIGNATURE_BYTES = 64
_SIGNED_AS = b"PMB voucher 1\0"
_EPOCH = date(2000, 1, 1)


class Keys(Protocol):
    """What reading needs of a key ring."""

    def find_signing_key(self, key_id: int) -> SigningKey | None:
        """The signing key with that id, or None."""


@dataclass(frozen=True)
class SignedFace:
    """What a QR text says of its voucher besides the token. Face in cents."""

    cents: int
    expires_on: date
    programme_number: int


@dataclass(frozen=True)
class Genuine:
    """A QR text that one of our keys signed. Only the database knows whether key and voucher are still good."""

    token: bytes
    face: SignedFace
    key_id: int


def encode(token: bytes, face: SignedFace, key: SigningKey) -> str:
    """The 148 characters of a voucher, the same for the same facts and key; ValueError if one overflows."""
    if len(token) != 16:  # struct would pad it in silence
        raise ValueError(len(token))
    days = (face.expires_on - _EPOCH).days
    try:
        fields = _FIELDS.pack(_TAG, key.id, token, face.cents, days, face.programme_number)
    except struct.error as error:
        raise ValueError(face) from error
    return PREFIX + base64.b32encode(fields + key.sign(_SIGNED_AS + fields)).decode()


def decode(text: str, keys: Keys) -> Genuine | Misread:
    """Read a QR text, as scanned or typed: capitals or not, with spaces and line ends around it or none.

    No field but the key's number is looked at before the signature has been verified.
    """
    told = classify(text)
    raw = _bytes(told.text) if isinstance(told, QrText) else None
    if raw is None:
        return Misread(Misreading.UNREADABLE)
    fields, signature = raw[: _FIELDS.size], raw[_FIELDS.size :]
    key = keys.find_signing_key(fields[1])
    if key is None or not _is_signed(key, fields, signature):
        return Misread(Misreading.BAD_SIGNATURE)
    tag, key_id, token, cents, days, programme_number = _FIELDS.unpack(fields)
    if tag != _TAG:
        return Misread(Misreading.UNREADABLE)
    expires_on = _EPOCH + timedelta(days=days)
    if expires_on > key.valid_until:
        return Misread(Misreading.BAD_SIGNATURE)
    return Genuine(token, SignedFace(cents, expires_on, programme_number), key_id)


def _is_signed(key: SigningKey, fields: bytes, signature: bytes) -> bool:
    try:
        key.public.verify(signature, _SIGNED_AS + fields)
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes | None:
    if len(text) != TEXT_LENGTH or not text.startswith(PREFIX):
        return None
    try:
        raw = base64.b32decode(text[len(PREFIX) :])
    except binascii.Error:
        return None
    return raw if len(raw) == _FIELDS.size + _SIGNATURE_BYTES else None
