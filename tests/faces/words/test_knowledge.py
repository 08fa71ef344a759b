"""The commands ``spread`` and ``sensitivity``: sentences, tables in 80 columns, one JSON object, codes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from openiads.faces.cli import main
from openiads.faces.words import knowledge
from openiads.faces.words.knowledge import sensitivity_lines, spread_lines
from openiads.statistics.arms import Rule, arms, stands

FEW = ("--knobs", "*.snr", "--knobs", "world.clutter", "--worlds", "20", "-n", "8")


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, list(words))


@pytest.fixture(autouse=True)
def _in_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openiads.faces.cli.show.PIPE_WIDTH", 80)


def test_a_spread_prints_both_apart_and_json_is_one_object(tmp_path: Path) -> None:
    words = (
        "spread",
        "one_on_one",
        *FEW,
        "--metric",
        "rounds_fired",
        "--out",
        str(tmp_path / "kept"),
        "--figure",
        str(tmp_path / "x.png"),
    )
    done, data = call(*words), call(*words, "--json")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Rounds fired: ") and "\nSampling variability: one raid differs" in done.stdout
    assert "\nParameter uncertainty: the mean differs from sample to sample" in done.stdout
    told = json.loads(data.stdout)
    assert {"dice", "knowledge", "rests_on", "mean", "knobs", "statuses"} <= set(told)
    assert told["worlds"] == 16 and len(list((tmp_path / "kept").glob("w*"))) == 17
    assert (tmp_path / "kept" / "report.html").is_file() and (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("method", "rows", "worlds"), [("morris", "effects", 20), ("sobol", "indices", 20), ("swings", "swings", 7)]
)
def test_a_sensitivity_prints_a_table_of_knobs(method: str, rows: str, worlds: int, tmp_path: Path) -> None:
    words = ("sensitivity", "one_on_one", *FEW, "--metric", "rounds_fired", "--method", method, "--out", str(tmp_path))
    done = call(*words)
    assert done.exit_code == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert all(name in done.stdout for name in ("30n6e2.snr", "64n6e2.snr", "world.clutter"))
    told = json.loads(call(*words, "--json").stdout)
    assert len(told[rows]) == 3 and told["worlds"] == worlds


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("sensitivity", "one_on_one", "--method", "guess"), 2, "there is no such method"),
        (("sensitivity", "one_on_one", "--knobs", "x*"), 65, "no knob of one_on_one that is in doubt matches"),
        (("sensitivity", "one_on_one", "--worlds", "5"), 2, "5 are too few. Give at least 356"),
        (("spread", "one_on_one", "--metric", "leekers"), 2, "there is no such metric"),
        (("spread", "one_on_one", "--weighting", "normal"), 2, "there is no such weighting"),
        (("spread", "no_such_scenario"), 65, "no_such_scenario"),
    ],
)
def test_what_makes_no_sense_ends_with_its_code_in_one_line(words: tuple[str, ...], code: int, told: str) -> None:
    done = call(*words)
    assert done.exit_code == code
    assert done.stdout == "" and told in done.stderr and len(done.stderr.strip().splitlines()) == 1


def spread_of(**knowledge: Any) -> dict[str, Any]:
    part = {"share": 0.62, "low": 0.5, "high": 0.7}
    known = {"sd": 1.2, "sd_low": 0.9, "sd_high": 1.5, "p5": 3.1, "p95": 6.8, "label": "sampling", "below_noise": False}
    return {
        "metric": "leakers",
        "worlds": 64,
        "capped_worlds": 5,
        "nearer_worlds": 7,
        "knobs": ["a", "b"],
        "replications": 50,
        "mean": {"nominal": 4.9, "worlds": 5.1},
        "dice": {"sd": 1.9, "p5": 2.0, "p95": 8.0},
        "knowledge": known | knowledge,
        "rests_on": dict.fromkeys(("assumptions", "evidence", "both_together"), part),
        "measured_coverage": 0.89,
    }


def test_the_sentences_of_a_spread_never_mix_the_two() -> None:
    around, dice, known, capped, nearer, rests = spread_lines(spread_of())
    assert around == (
        "Leakers: 4.9 at the baseline, 5.1 over parameter samples (64 samples of 2 parameters, 50 replications each)."
    )
    assert "1.9" in dice and "2 to 8" in dice and "1.2" not in dice
    assert "1.2 [0.9, 1.5]" in known and "3.1 to 6.8 (sampling)" in known and "1.9" not in known
    assert capped.startswith("In 5 of 64 parameter samples an interceptor would kill more often than it works")
    assert nearer.startswith(
        "In 7 of 64 parameter samples an interceptor does not arrive at the range at which its kill"
    )
    assert "62 % [50 %, 70 %] on assumptions alone" in rests
    assert "trial studies" not in rests
    few = spread_lines(spread_of() | {"measured_coverage": 0.68})[-1]
    assert few.endswith("intervals of shares held the truth in as few as 68 of 100 trial studies.")
    assert "0 is shown" in spread_lines(spread_of(below_noise=True))[-1]


@pytest.mark.parametrize(
    ("beyond", "said"),
    [
        ([], ""),
        (["max_altitude"], " Its nominal flight does not keep its published ceiling; what lies between is allowed."),
    ],
)
def test_a_flight_that_keeps_all_that_is_published_is_not_said_to_miss_any(beyond: list[str], said: str) -> None:
    figure = {"figure": "max_range", "before": [60e3, 270e3], "after": [198e3, 214e3]}
    told = {"entry": "x", "kept": 12, "tried": 143, "survives": 0.084, "figures": [figure], "beyond": beyond}
    (line,) = knowledge.published_lines({"published": [told]})
    assert line.endswith(f"reach 198 to 214 km, without that 60 to 270 km.{said}")


def test_a_prior_of_which_hardly_anything_is_left_is_told_with_what_to_do() -> None:
    """Five draws of 6,400 are no prior any more: figures of an invented missile, narrower than its parameters allow."""
    figure = {"figure": "range_max", "before": [145e3, 534e3], "after": [288e3, 296e3]}
    told = {"entry": "narrow", "kept": 5, "tried": 6400, "survives": 5 / 6400, "figures": [figure], "beyond": []}
    (line,) = knowledge.published_lines({"published": [told]})
    assert line.endswith("widen the intervals of these figures, or narrow those of its flight parameters.")
    assert "5 of 6400 draws" in line


def test_nothing_shown_is_said_so() -> None:
    told = {"metric": "leakers", "worlds": 30, "capped_worlds": 0, "replications": 20}
    nothing = told | {"method": "morris", "effects": [{"shown": False}]}
    (line,) = sensitivity_lines(nothing)
    assert line.startswith("No parameter moves leakers by more than chance would (")
    assert sensitivity_lines(nothing | {"capped_worlds": 2})[1].startswith(
        "In 2 of 30 parameter samples an interceptor would kill"
    )
    assert sensitivity_lines(nothing | {"nearer_worlds": 3})[1].startswith(
        "In 3 of 30 parameter samples an interceptor does not arrive"
    )
    assert "do not differ in leakers" in sensitivity_lines(told | {"method": "sobol", "variance": 0.0})[0]


def test_arms_of_knowledge_stand_side_by_side_in_80_columns() -> None:
    samples = {"uniform": np.linspace(0.0, 1.0, 60), "skeptical": np.linspace(-1.0, 0.4, 60)}
    found = arms(samples, Rule(0.2))
    rows = knowledge.arms_rows([arm.as_dict() for arm in found])
    assert rows[0] == ("uniform", "60", "80 %", "[68 %, 89 %]", "0.5", "[0.356, 0.644]", "0.05 to 0.95")
    assert all(len(row) == len(knowledge.ARMS_HEAD) for row in rows)
    assert knowledge.STANDS[stands(found, 0.5)].startswith("The answer depends on the prior")
