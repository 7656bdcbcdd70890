"""
Wallet addresses in a text, told from other long words by their checksums.

Bitcoin: Base58Check and Bech32 (BIP 173, BIP 350). Ethereum: EIP-55. Solana has no checksum; its
addresses are thirty-two bytes in Base58, which hardly any other word is.
"""

import hashlib
import re
from collections.abc import Iterator

from Crypto.Hash import keccak

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_POLYMOD = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CHECKS = frozenset({1, 0x2BC830A3})  # of Bech32 and of Bech32m
_ETHEREUM = re.compile(r"(?<![0-9A-Za-z])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])")
_BITCOIN_SEGWIT = re.compile(
    r"(?<![0-9A-Za-z])(?:bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})(?![0-9A-Za-z])"
)
_LONG_BASE58 = re.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{26,44}(?![0-9A-Za-z])")
_SOLANA_LENGTHS = (43, 44)  # of thirty-two bytes, but for those that begin with noughts


def find(text: str) -> Iterator[str]:
    """Every address in `text` whose checksum holds, as it is written."""
    yield from (word for word in _ETHEREUM.findall(text) if is_ethereum(word))
    yield from (word for word in _BITCOIN_SEGWIT.findall(text) if is_bech32(word))
    yield from (
        word for word in _LONG_BASE58.findall(text) if is_base58_check(word) or is_solana(word)
    )


def is_ethereum(word: str) -> bool:
    """Capitals are the checksum (EIP-55); an address in one case has none and is taken as it is."""
    digits = word[2:]
    if digits in (digits.lower(), digits.upper()):
        return True
    digest = keccak.new(digest_bits=256, data=digits.lower().encode()).hexdigest()
    return all(
        digit.isdigit() or digit.isupper() == (int(nibble, 16) >= 8)
        for digit, nibble in zip(digits, digest, strict=False)
    )


def is_bech32(word: str) -> bool:
    prefix, _, data = word.lower().rpartition("1")
    values = [_BECH32.find(letter) for letter in data]
    expanded = (
        [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    )
    return _polymod(expanded + values) in _BECH32_CHECKS


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_POLYMOD):
            check ^= generator if top >> bit & 1 else 0
    return check


def is_base58_check(word: str) -> bool:
    """A version byte of a Bitcoin address, twenty bytes, and the first four of their double
    SHA-256.
    """
    raw = _decoded(word)
    if len(raw) != 25 or raw[0] not in (0x00, 0x05):
        return False
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def is_solana(word: str) -> bool:
    has_all_kinds = (
        any(map(str.islower, word)) and any(map(str.isupper, word)) and any(map(str.isdigit, word))
    )
    return len(word) in _SOLANA_LENGTHS and has_all_kinds and len(_decoded(word)) == 32


def _decoded(word: str) -> bytes:
    number = 0
    for letter in word:
        number = number * 58 + _BASE58.index(letter)
    noughts = len(word) - len(word.lstrip("1"))
    return b"\0" * noughts + number.to_bytes((number.bit_length() + 7) // 8, "big")
