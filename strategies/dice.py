"""Chance without a state: one number for each seed, purpose, mail and attempt, in every world and process."""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

_pack = Struct("<qqq").pack
_SCALE = 2.0**-53


def uniform(seed: int, purpose: str, mail: int, attempt: int) -> float:
    """A number in [0, 1), all 53 bits of it, that depends on nothing but its arguments."""
    name = blake2b(_pack(seed, mail, attempt), digest_size=8, key=purpose.encode()[:64])
    return (int.from_bytes(name.digest(), "little") >> 11) * _SCALE


class Dice:
    """The strategies' jitter."""

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def uniform(self, purpose: str, mail: int, attempt: int, /) -> float:
        return uniform(self._seed, purpose, mail, attempt)
