import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.study.estimate import Accumulator
from openiads.study.stopping import Until, coverage_when_stopping, looks, parse_until, sharp
from openiads.world.outcome import OUTCOME


def test_looks_are_taken_at_fixed_counts_only() -> None:
    assert looks(900) == [100, 200, 400, 800, 900]
    assert looks(100) == [100]
    assert looks(30) == [30]


@pytest.mark.parametrize(
    "text", ["glory:0.1", "any_leaker:0", "any_leaker:-1", "any_leaker:nan", "any_leaker:", "any_leaker"]
)
def test_a_rule_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_until(text)


def test_a_bare_width_is_about_any_leaker() -> None:
    assert parse_until("0.02") == Until("any_leaker", 0.02)
    assert parse_until("leakers:0.1") == Until("leakers", 0.1)
    assert parse_until(None) is None
    assert parse_until(str(Until("leakers", 0.1))) == Until("leakers", 0.1)


def test_stopping_keeps_the_stated_coverage() -> None:
    worst = min(
        coverage_when_stopping(p, width, 1600)
        for p in (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97)
        for width in (0.02, 0.03, 0.05, 0.08)
    )
    assert worst > 0.92
    assert coverage_when_stopping(0.3, 1e-9, 100) == pytest.approx(0.95, abs=0.02)


def test_an_interval_that_does_not_exist_never_stops_a_run() -> None:
    gathered = Accumulator()
    gathered.add(np.zeros(100, OUTCOME))
    assert not sharp(Until("rounds_per_kill", 1e9), gathered)
    assert not sharp(None, gathered)
    assert sharp(Until("any_leaker", 0.05), gathered)
