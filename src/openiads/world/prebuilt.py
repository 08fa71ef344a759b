"""Build products kept from world to world, each under exactly the numbers that it depends on.

A world of a knowledge sample differs from the last one in a few numbers.  What those do not touch (the relief around a
radar, the path of a flight whose speed is given, the flyout table of a round) is taken again.  A product is a function
of its key alone, so a world comes out the same with an empty store, a full one, or one filled by other worlds in
any order.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

Product = TypeVar("Product")

CAPACITY = 256_000_000  # bytes of arrays


class Prebuilt:
    """A store of build products for any number of builds, also at once from several threads.

    Parameters
    ----------
    capacity : int
        Bytes of arrays kept; beyond it what was used longest ago is dropped and made again when needed.

    Examples
    --------
    >>> import openiads as oi
    >>> store = oi.Prebuilt()
    >>> runs = [oi.run("one_on_one", replications=2, seed=seed, prebuilt=store) for seed in (1, 2)]
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def once(self, key: Hashable, make: Callable[[], Product]) -> Product:
        """The product of a key, made if it is not there; it is shared, so nobody may change it.

        key : a name and every number that ``make`` depends on.  Two threads that miss at once both make it.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: Product = self._kept[key][0]  # a key names one kind of product
                return kept
        product = make()
        size = _bytes(product)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (product, size)
                self.size += size
            while self.size > self.capacity and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self.size -= dropped
        return product


def _bytes(product: object) -> int:
    """Bytes of the arrays of a product."""
    if isinstance(product, tuple):
        return sum(_bytes(part) for part in product)
    return product.nbytes if isinstance(product, np.ndarray) else 0
