"""Pictures as files: equal pictures are equal files in every format, and no axis of shares goes beyond all."""

from __future__ import annotations

from pathlib import Path

import pytest

from openiads.base.errors import UsageError
from openiads.faces.draw import kit
from openiads.faces.pages.answers.common import refuse_other


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("svg", b"<")])
def test_a_picture_is_written_in_the_format_of_its_name_and_the_same_again(
    ending: str, begins: bytes, tmp_path: Path
) -> None:
    written = []
    for name in ("one", "other"):
        with kit.style("key"):
            figure = kit.blank(3.0, 2.0)
            figure.add_subplot().plot([0, 1], [0, 1])
        kit.picture(figure, tmp_path / f"{name}.{ending}", "key", "A line")
        written.append((tmp_path / f"{name}.{ending}").read_bytes())
    assert written[0].startswith(begins)
    assert written[0] == written[1]


def test_another_ending_is_refused_with_those_that_there_are() -> None:
    refuse_other(Path("answer.PDF"))
    with pytest.raises(UsageError) as caught:
        refuse_other(Path("answer.jpg"))
    assert ".pdf" in caught.value.reason


@pytest.mark.parametrize("tallest", [3.0, 40.0, 90.0, 100.0])
def test_ticks_of_shares_end_at_all(tallest: float) -> None:
    figure = kit.blank(3.0, 2.0)
    axes = figure.add_subplot()
    axes.set_ylim(0.0, 1.45 * tallest)
    kit.no_share_above_all(axes)
    ticks = axes.get_yticks()
    assert len(ticks) >= 2
    assert ticks[0] == 0.0
    assert max(ticks) <= 100.0
    assert axes.get_ylim() == (0.0, 1.45 * tallest)
