"""The page of a trade-off: where its points lie, what it tells of them, and that its policy names its script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from openiads.faces.pages.answers.page import Premises
from openiads.faces.pages.answers.tradeoff import tradeoff_page
from openiads.faces.pages.tradeoff_figure import LEFT, NONE, drawing, plane_of


def number(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "low": low, "high": high, "n": 200}


def point(name: str, rate: float, leakers: float, **more: Any) -> dict[str, Any]:
    plain = {"name": name, "control": "tight", "threshold": None, "questions": None, "seconds_to_identify": None}
    civil = number(rate, 0.5 * rate, 2.0 * rate or 0.01)
    return plain | {"civil": civil, "leakers": number(leakers, 0.9 * leakers, 1.1 * leakers)} | more


def answer(**more: Any) -> dict[str, Any]:
    """Holding spares all, free spares none; the price is told between neighbors."""
    policies = [point("hold", 0.0, 6.0), point("tight from 0.9", 1e-4, 3.0), point("free <i>", 0.1, 1.0)]
    prices = [
        {"from": "hold", "to": "tight from 0.9", "engaged_per_leaker_fewer": {"civil": 0.25}},
        {"from": "tight from 0.9", "to": "free <i>", "engaged_per_leaker_fewer": {"civil": None}},
    ]
    plain = {"scenario": "sky", "seed": 1, "replications": 200, "policies": policies, "prices": prices, "waiting": []}
    return plain | more


def page(**more: Any) -> str:
    return tradeoff_page(answer(**more), Premises({}, (1, 10)), "0" * 64)


def data(body: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', body)
    assert found
    return json.loads(found[1])


def test_points_lie_by_rate_and_leakers_and_none_seen_in_its_strip() -> None:
    body = drawing(answer()["policies"], "civil", "policies")
    spots = [(float(x), float(y)) for x, y in re.findall(r'data-x="([\d.]+)" data-y="([\d.]+)"', body)]
    across, down = zip(*spots, strict=True)
    assert LEFT < across[0] < LEFT + NONE
    assert list(across) == sorted(across)
    assert list(down) == sorted(down)  # fewer leakers lie lower
    assert "<i>" not in body


def test_equal_factors_are_equal_distances_across() -> None:
    plane = plane_of(answer()["policies"], "civil")
    assert plane.x(1e-1) - plane.x(1e-2) == pytest.approx(plane.x(1e-2) - plane.x(1e-3))
    assert plane.edge(0.0) == LEFT


def test_a_curve_on_which_nobody_was_shot_at_can_be_drawn() -> None:
    body = drawing([point("hold", 0.0, 6.0), point("free", 0.0, 0.0)], "civil", "policies")
    assert body.count('class="pt"') == 2


def test_the_script_reads_every_point_and_its_price() -> None:
    told = data(page())
    points = told["curves"]["policies"]["points"]
    assert [each["name"] for each in points] == ["hold", "tight from 0.9", "free <i>"]
    assert points[0]["numbers"]["civil"]["rate"] == ["none seen", "at most 0.01"]
    assert points[0]["price"]["civil"].endswith("0.25 more civil aircraft shot at for each leaker fewer.")
    assert points[1]["price"]["civil"] == points[2]["price"]["civil"] == ""
    assert told["sides"] == ["civil"]
    assert "waiting" not in told["curves"]


def test_the_policy_names_the_one_script_and_nothing_else_may_run() -> None:
    body = page()
    scripts = re.findall(r"<script>(.*?)</script>", body, flags=re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in body
    assert "default-src 'none'" in body
    assert not re.search(r'(?:src|href)="(?!#)', body)
    assert "<i>" not in body


def test_all_numbers_stand_in_a_table_as_well() -> None:
    body = page(waiting=[point("asked 1 time", 0.1, 1.0), point("asked 8 times", 0.01, 2.0)])
    for words in ("tight from 0.9", "asked 8 times", "none seen at most 0.01"):
        assert f">{words}</t" in body
    assert 'value="waiting"' in body  # and one may choose along what to go
