"""The marks of a map: symbols that tell things apart by shape, and text that keeps clear of other text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, Unpack

import numpy as np

from openiads.faces.draw.ground import HALO, Extent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox
    from numpy.typing import ArrayLike


def _marker(points: Sequence[tuple[float, float]], codes: Sequence[int] | None = None) -> Path:
    from matplotlib.path import Path

    return Path(np.array(points), codes)


def air_defense_symbol() -> Path:
    """A friendly unit's rectangle with the dome of air defense."""
    arc = [(math.cos(a), -0.55 + 0.75 * math.sin(a)) for a in np.linspace(0.0, math.pi, 15)]
    points = [(-1.25, -0.8), (1.25, -0.8), (1.25, 0.8), (-1.25, 0.8), (-1.25, -0.8), *arc]
    return _marker(points, [1, 2, 2, 2, 2, 1, *([2] * 14)])


def radar_symbol() -> Path:
    """A dish on a mast."""
    dish = [
        (0.15 + 0.95 * math.cos(a), 0.3 + 0.95 * math.sin(a))
        for a in np.linspace(math.radians(150), math.radians(300), 11)
    ]
    return _marker(
        [*dish, (0.1, 0.35), (0.75, 1.0), (-0.35, -0.45), (-0.75, -1.1), (0.35, -1.1)], [1, *([2] * 10), 1, 2, 1, 2, 2]
    )


def asset_symbol() -> Path:
    """A pentagon, like a house."""
    return _marker(
        [(-0.85, -0.8), (0.85, -0.8), (0.85, 0.25), (0.0, 1.0), (-0.85, 0.25), (-0.85, -0.8)], [1, 2, 2, 2, 2, 79]
    )


def jammer_symbol() -> Path:
    """A bolt."""
    return _marker(
        [(0.25, 1.1), (-0.6, -0.1), (0.0, -0.1), (-0.25, -1.1), (0.6, 0.2), (0.0, 0.2), (0.25, 1.1)],
        [1, 2, 2, 2, 2, 2, 79],
    )


#: Color of the line between a text and its place.
LEADER = "#57606a"
#: Where the place of a text is in it, as Matplotlib names that.
Across: TypeAlias = Literal["left", "center", "right"]
Upright: TypeAlias = Literal["bottom", "center", "top"]


class TextLook(TypedDict, total=False):
    """How the text of a label looks, as Matplotlib names it."""

    fontsize: float
    fontweight: str
    color: str


class PlacedLook(TextLook, total=False):
    """The same, and on which side of its place the text stands."""

    ha: Across
    va: Upright


def _gaps(places: np.ndarray, box: Bbox) -> np.ndarray:
    """Distances (pixels) of places, shape (n, 2), from a box; 0 inside."""
    beside = np.maximum(np.maximum(box.x0 - places[:, 0], places[:, 0] - box.x1), 0.0)
    above = np.maximum(np.maximum(box.y0 - places[:, 1], places[:, 1] - box.y1), 0.0)
    return np.hypot(beside, above)


class Labels:
    """Text with a halo that keeps clear of other text: it tries eight sides of its place, at four distances.

    What does not stand right beside its place, or stands nearer to another symbol, is tied to its place by a line.
    """

    def __init__(self, axes: Axes, extent: Extent) -> None:
        self.axes, self.extent = axes, extent
        self.taken = np.empty((0, 4))
        self.symbols = np.empty((0, 2))

    def _take(self, boxes: np.ndarray) -> None:
        self.taken = np.vstack([self.taken, boxes])

    def _free(self, box: Bbox) -> bool:
        t = self.taken
        return not bool(np.any((t[:, 0] < box.x1) & (box.x0 < t[:, 2]) & (t[:, 1] < box.y1) & (box.y0 < t[:, 3])))

    def _draw(
        self, x: float, y: float, body: str, dx: float, dy: float, *, tied: bool = False, **look: Unpack[PlacedLook]
    ) -> Annotation:
        from matplotlib.patheffects import withStroke

        line = {"arrowstyle": "-", "linewidth": 0.7, "color": LEADER, "shrinkA": 0.5, "shrinkB": 1.5} if tied else None
        look.setdefault("fontsize", 9)
        return self.axes.annotate(
            body,
            (x, y),
            xytext=(dx, dy),
            textcoords="offset points",
            zorder=10,
            annotation_clip=True,
            arrowprops=line,
            path_effects=[withStroke(linewidth=2.6, foreground=HALO, alpha=0.9)],
            **look,
        )

    def _box_of(self, drawn: Annotation) -> Bbox:
        return drawn.get_window_extent().padded(2.0)

    def _is_of_another(self, x: float, y: float, box: Bbox) -> bool:
        """Whether a text in a box stands nearer to another symbol than to its own place."""
        own = self.axes.transData.transform((x, y))
        others = self.symbols[np.hypot(*(self.symbols - own).T) > 1.0]
        return bool(len(others)) and float(_gaps(others, box).min()) <= float(_gaps(own[None, :], box)[0])

    def block(self, x: ArrayLike, y: ArrayLike, radius: float) -> None:
        """Keep text off symbols of that radius (points)."""
        at = self.axes.transData.transform(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))
        self.symbols = np.vstack([self.symbols, at])
        r = radius * self.axes.figure.dpi / 72
        self._take(np.hstack([at - r, at + r]))

    def fixed(
        self, x: float, y: float, body: str, *, dx: float = 0.0, dy: float = 0.0, **look: Unpack[PlacedLook]
    ) -> None:
        """Text at one place, whatever is there."""
        self._take(np.array([self._box_of(self._draw(x, y, body, dx, dy, **look)).extents]))

    def near(
        self, x: float, y: float, body: str, *, gap: float = 6.0, must: bool = False, **look: Unpack[TextLook]
    ) -> bool:
        """Text beside a place where there is room; without room it is left out, or set right if it ``must`` be."""
        if not self.extent.holds(y, x, 0.005):
            return False
        window = self.axes.get_window_extent()
        sides: list[tuple[float, float, Across, Upright]] = [
            (1, 0, "left", "center"),
            (-1, 0, "right", "center"),
            (0, 1, "center", "bottom"),
            (0, -1, "center", "top"),
            (0.8, 0.8, "left", "bottom"),
            (-0.8, 0.8, "right", "bottom"),
            (0.8, -0.8, "left", "top"),
            (-0.8, -0.8, "right", "top"),
        ]
        for reach in (1.0, 1.8, 2.8, 4.0):
            for sx, sy, ha, va in sides:
                drawn = self._draw(x, y, body, reach * gap * sx, reach * gap * sy, ha=ha, va=va, **look)
                box = self._box_of(drawn)
                inside = window.x0 < box.x0 and box.x1 < window.x1 and window.y0 < box.y0 and box.y1 < window.y1
                if inside and self._free(box):
                    self._take(np.array([box.extents]))
                    if reach > 1.0 or self._is_of_another(x, y, box):
                        drawn.remove()
                        self._draw(x, y, body, reach * gap * sx, reach * gap * sy, tied=True, ha=ha, va=va, **look)
                    return True
                drawn.remove()
        if must:
            self.fixed(x, y, body, dx=gap, dy=0, ha="left", va="center", **look)
        return must
