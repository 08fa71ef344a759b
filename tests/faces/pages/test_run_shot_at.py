"""The section of a run's page on who was shot at: rates, bounds where none was seen, causes; nothing without any."""

from __future__ import annotations

from typing import Any

from openiads.faces.pages.run_shot_at import shot_at_section


def rate(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "low": low, "high": high, "n": 100}


def told(**causes: Any) -> dict[str, Any]:
    seen = {
        "per_crossing": rate(0.02, 0.01, 0.03),
        "per_flight_hour": rate(0.2, 0.1, 0.3),
        "per_raid": rate(0.1, 0.05, 0.2),
    }
    none = {key: rate(0.0, 0.0, 0.037) for key in seen}
    return {
        "civil": {
            "flights": 5,
            "flight_hours": 0.5,
            "engaged": seen,
            "killed": none,
            "causes": causes,
            "chains": {" + ".join(causes): 10} if causes else {},
            "untold": 0,
        }
    }


def test_rates_stand_with_their_intervals_and_none_seen_with_its_bound() -> None:
    body = shot_at_section(told())
    assert "0.02 [0.01, 0.03]" in body
    assert "0.2 [0.1, 0.3]" in body
    assert "none seen at most 0.037" in body
    assert "Civil aircraft: 5 a raid, 0.5 flight hours, and shot at in 10 % of 100 raids." in body
    assert "What stood behind" not in body


def test_causes_are_bars_on_one_scale_the_most_frequent_first() -> None:
    body = shot_at_section(told(no_reply=rate(0.01, 0.005, 0.02), weapons_free=rate(0.02, 0.01, 0.04)))
    assert body.index("weapons free") < body.index("nothing was heard")
    assert 'style="left:25.00%;width:75.00%"' in body  # 0.01 to 0.04 of 0.04
    assert 'style="left:12.50%;width:37.50%"' in body
    assert "carries what answers, and nothing was heard; not believed hostile: weapons free" in body


def test_a_run_in_which_only_the_raid_flies_has_no_such_section() -> None:
    assert shot_at_section({}) == ""
