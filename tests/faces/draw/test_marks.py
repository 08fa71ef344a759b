"""A name on a map belongs to its place: beside it and nearer to it than to any other, or tied to it by a line."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from openiads.faces.draw.ground import Extent
from openiads.faces.draw.marks import Labels

EXTENT = Extent(34.0, 35.0, 35.0, 36.0)


def drawn(places: dict[str, tuple[float, float]], radius: float = 4.0) -> tuple[Labels, dict[str, Annotation]]:
    """Labels of places (name -> x, y), symbols first, as maps draw them."""
    figure = Figure(figsize=(6.0, 6.0))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(35.0, 36.0)
    axes.set_ylim(34.0, 35.0)
    labels = Labels(axes, EXTENT)
    for x, y in places.values():
        labels.block(x, y, radius)
    for name, (x, y) in places.items():
        labels.near(x, y, name, gap=radius + 2.0)  # left out where there is no room
    FigureCanvasAgg(figure).draw()
    return labels, {each.get_text(): each for each in axes.texts if isinstance(each, Annotation)}


def gap(labels: Labels, text: Annotation, place: tuple[float, float]) -> float:
    box = Text.get_window_extent(text)
    x, y = labels.axes.transData.transform(place)
    return float(np.hypot(max(box.x0 - x, x - box.x1, 0.0), max(box.y0 - y, y - box.y1, 0.0)))


def test_a_lone_name_stands_beside_its_place_without_a_line() -> None:
    labels, texts = drawn({"Port": (35.5, 34.5)})
    assert texts["Port"].arrow_patch is None
    assert gap(labels, texts["Port"], (35.5, 34.5)) < 20.0


@pytest.mark.parametrize("seed", range(6))
def test_a_name_without_a_line_is_nearest_to_its_own_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0.3, 0.7, 2)
    places = {
        f"Place number {k}": (35.0 + middle[0] + dx, 34.0 + middle[1] + dy)
        for k, (dx, dy) in enumerate(rng.uniform(-0.07, 0.07, (9, 2)))
    }
    labels, texts = drawn(places)
    tied = 0
    assert len(texts) >= 3
    for name in texts:
        place = places[name]
        distances = {other: gap(labels, texts[name], where) for other, where in places.items()}
        if texts[name].arrow_patch is None:
            assert min(distances, key=lambda other: distances[other]) == name
        else:
            tied += 1
            assert texts[name].xy == place, "the line leads to the place of the name"
    assert tied > 0, "so many names in so little room need lines"


def test_a_line_is_no_part_of_the_room_that_a_name_takes() -> None:
    labels, texts = drawn({f"Name {k}": (35.5 + 0.01 * k, 34.5) for k in range(8)})
    assert len(texts) >= 3
    assert any(each.arrow_patch is not None for each in texts.values())
    boxes = [Text.get_window_extent(each) for each in texts.values()]
    for k, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[:k])
    assert len(labels.symbols) == 8
