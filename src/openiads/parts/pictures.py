"""Which posts hold a confirmed track of a flight now, as bits: the truth, for gates and for alerts alone."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.world.layout import POST_BITS, POST_WORDS


@kernel("b1(Flight, i8)")
def tracked_by(flight, post):
    """Whether a post holds a confirmed track of a flight."""
    return flight["tracked"][post // POST_BITS] & (1 << (post % POST_BITS)) != 0


@kernel("b1(Flight)")
def tracked_at_all(flight):
    """Whether any post does."""
    for word in range(POST_WORDS):
        if flight["tracked"][word] != 0:
            return True
    return False


@kernel("void(Flight, i8)")
def note_tracked(flight, post):
    """A post holds a confirmed track of a flight."""
    flight["tracked"][post // POST_BITS] |= 1 << (post % POST_BITS)


@kernel("void(Flight, i8)")
def forget_tracked(flight, post):
    """It does not, or not any more."""
    flight["tracked"][post // POST_BITS] &= ~(1 << (post % POST_BITS))
