"""Validation cases of identification, campaigns and debris: case id -> openiads.textbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openiads import textbook

Case = dict[str, Any]


def rows(inputs: Case) -> list[dict[str, Any]]:
    """Each row of a case by the names of its columns."""
    return [dict(zip(inputs["columns"], row, strict=True)) for row in inputs["rows"]]


# ------------------------------------------------------------------ identification


def characteristic(inputs: Case) -> Case:
    found = [textbook.operating_point(inputs["d_prime"], threshold) for threshold in inputs["threshold"]]
    return {
        "p_shoot_civil": [each.shoot_civil for each in found],
        "p_hold_hostile": [each.hold_hostile for each in found],
        "area": textbook.roc_area(inputs["d_prime"]),
    }


def trade_curve(inputs: Case) -> Case:
    flights = inputs["civil_flights"], inputs["hostile_flights"], inputs["p_kill"], inputs["d_prime"]
    found = [textbook.trade(*flights, threshold) for threshold in inputs["threshold"]]
    return {
        "civil_lost": [each.civil_lost for each in found],
        "leakers": [each.leakers for each in found],
        "civil_lost_per_leaker_saved": [each.price for each in found],
    }


def hotline(inputs: Case) -> Case:
    line = inputs["reliability"], inputs["mean_delay_s"]
    one = [textbook.notice_in_time(*line, time) for time in inputs["time_before_decision_s"]]
    two = [textbook.notice_in_time(*line, time, channels=2) for time in inputs["time_before_decision_s"]]
    engaged = [textbook.engaged_despite_notice(inputs["p_engaged_without_notice"], known) for known in one]
    return {"p_known": one, "p_known_two": two, "p_engaged": engaged}


# ------------------------------------------------------------------ campaigns


def stock(inputs: Case) -> Case:
    names = ("stock", "threats_a_day", "rounds_a_threat", "resupply_a_day", "cap")
    return {"days": [textbook.stock_days(*(row[name] for name in names)) for row in rows(inputs)]}


def stock_out(inputs: Case) -> Case:
    one, two = inputs["p_one_round"], inputs["p_two_rounds"]
    law = [1.0 - one - two, one, two]
    law[0] = max(law[0], 0.0)
    found = [[textbook.stock_out(inputs["threats_a_day"], d, law, s) for s in inputs["stock"]] for d in inputs["days"]]
    return {
        "p_short": [[each.probability for each in row] for row in found],
        "mean_rounds_a_day": textbook.stock_out(inputs["threats_a_day"], 1.0, law, 0).mean,
    }


def repair(inputs: Case) -> Case:
    radars = inputs["radars"], inputs["mtbf_days"], inputs["mttr_days"]
    few, many = (textbook.machines_down(*radars, crews) for crews in inputs["crews"])
    return {"p_down_one_crew": few, "p_down_three_crews": many}


def cost_exchange(inputs: Case) -> Case:
    found = [
        textbook.cost_exchange(row["p"], row["salvo"], inputs["looks"], row["cost_round"], row["cost_threat"])
        for row in rows(inputs)
    ]
    return {
        "rounds": [each.rounds for each in found],
        "p_kill": [each.kill for each in found],
        "exchange_ratio": [each.ratio for each in found],
    }


def salvo_days(inputs: Case) -> Case:
    found = textbook.raid_days(
        inputs["units"],
        inputs["raid"],
        inputs["kills_a_unit_and_raid"],
        inputs["units_lost_per_leaker"],
        inputs["repair_a_day"],
        inputs["days"],
    )
    return {"leakers": found.leakers, "units_after_raid": found.units}


# ------------------------------------------------------------------ debris


def vacuum(inputs: Case) -> Case:
    found = [
        textbook.vacuum_fall(row["height_m"], row["v_level_m_s"], row["v_up_m_s"], inputs["g"]) for row in rows(inputs)
    ]
    return {"fall_s": [each.time for each in found], "range_m": [each.distance for each in found]}


def air(inputs: Case) -> tuple[float, float, float]:
    return inputs["scale_height_m"], inputs["rho0"], inputs["g"]


def terminal(inputs: Case) -> Case:
    found = [textbook.terminal_fall(row["height_m"], row["beta_kg_m2"], *air(inputs)) for row in rows(inputs)]
    return {"v_ground_m_s": [each.speed for each in found], "fall_s": [each.time for each in found]}


def wind(inputs: Case) -> Case:
    names = ("height_m", "beta_kg_m2", "w0_m_s", "s_1_s")
    return {"drift_m": [textbook.wind_drift(*(row[name] for name in names), *air(inputs)) for row in rows(inputs)]}


def town(inputs: Case) -> Case:
    spread = inputs["sigma_x_m"], inputs["sigma_y_m"]
    one = [textbook.town_share(*spread, row["x_m"], row["y_m"], row["radius_m"]) for row in rows(inputs)]
    return {"p_one": one, "p_any": [textbook.any_piece(share, inputs["pieces"]) for share in one]}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "ID-ROC": characteristic,
    "ID-TRADE-CURVE": trade_curve,
    "ID-HOTLINE": hotline,
    "CAMP-STOCK": stock,
    "CAMP-STOCKOUT": stock_out,
    "CAMP-REPAIR": repair,
    "CAMP-COST-EXCHANGE": cost_exchange,
    "CAMP-SALVO-DAYS": salvo_days,
    "DEB-VACUUM": vacuum,
    "DEB-TERMINAL-FALL": terminal,
    "DEB-WIND": wind,
    "DEB-TOWN": town,
}
