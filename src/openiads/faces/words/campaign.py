"""How a campaign reads: sentences, the table of days, costs, closed forms beside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from openiads.faces.words import text

LEGEND = (
    "Means over campaigns; in brackets 95 % intervals of the mean. Leakers: threats that reached their target. Left: "
    "rounds on launchers and in the depot after the day. Lost: radars, launchers and posts hit that day; out: such "
    "that were still out when a raid came."
)
#: Rows of the table on a console at most; the page has all.
MOST = 40


def _mean(row: Mapping[str, Any], name: str) -> str:
    return text.number(row[name], 3)


def _spanned(row: Mapping[str, Any], name: str) -> str:
    return f"{_mean(row, name)} {text.span(row[f'{name}_low'], row[f'{name}_high'])}"


def head(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the columns of the table of days."""
    return ("day", "threats", "leakers", "fired", *(f"left: {kind}" for kind in told["kinds"]), "lost", "out")


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The table of days, a row for each with a raid."""
    kinds = told["kinds"]
    left = ["stock"] if len(kinds) == 1 else [f"stock.{kind}" for kind in kinds]
    return [
        (
            str(row["day"]),
            _mean(row, "threats"),
            _spanned(row, "leakers"),
            _mean(row, "fired"),
            *(_mean(row, name) for name in left),
            _mean(row, "lost"),
            _mean(row, "down"),
        )
        for row in told["by_day"]
    ]


def _total(told: Mapping[str, Any], name: str) -> str:
    found = told["totals"][name]
    return f"{text.number(found['mean'])} {text.span(found['low'], found['high'])}"


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences: leakers, when each kind of round runs out, cost."""
    leak = told["totals"]["leak_rate"]
    raids, days, n = told["raids"], told["days"], text.number(told["replications"], 12)
    rate = "" if leak["value"] is None else f" ({text.percent(leak['value'])})"
    when = f"{text.plural(raids, 'raid', 'raids')} over {text.plural(days, 'day', 'days')}"
    of = f"{_total(told, 'leakers')} of {_total(told, 'threats')} threats"
    out = [f"{of} get through{rate} in {when} ({n} campaigns)."]
    out += [_ran_out(row) for row in told["run_out"]]
    if told["cost"] is not None:
        out.append(cost_line(told["cost"]))
    return out


def _ran_out(row: Mapping[str, Any]) -> str:
    share = f"{text.percent(row['share'])} [{text.percent(row['low'])}, {text.percent(row['high'])}]"
    median = row["median_day"]
    if row["share"] == 0.0:
        return f"{row['interceptor']} ran out in none of {row['n']} campaigns (at most {text.percent(row['high'])})."
    when = "" if median is None or not math.isfinite(median) else f", half of them by day {median:.0f}"
    return f"{row['interceptor']} ran out in {share} of campaigns{when}."


def cost_line(cost: Mapping[str, Any]) -> str:
    """Costs of both sides and the exchange ratio, in a sentence."""
    ratio, unit = cost["exchange_ratio"], cost["unit"]
    rounds, killed = cost["rounds"], cost["threats_killed"]
    if ratio["value"] is None:
        return f"Rounds cost {text.number(rounds['mean'])} {unit}; nothing was killed, so that there is no ratio."
    ends = f"{text.number(ratio['by_prices_low'])} to {text.number(ratio['by_prices_high'])}"
    spent, stopped = text.number(rounds["mean"]), text.number(killed["mean"])
    return (
        f"Rounds cost {spent} {unit} and the threats they killed {stopped}: a ratio of {text.number(ratio['value'])} "
        f"{text.span(ratio['low'], ratio['high'])}, {ends} over the uncertainty of prices. What is saved is in neither."
    )


def cost_table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Costs of a whole campaign, a row each; what has no price is left out."""
    names = {
        "rounds": "rounds fired",
        "lost_elements": "elements lost",
        "hits": "hits on assets",
        "defense": "defense, all of these",
        "threats": "threats that came",
        "threats_killed": "threats killed",
    }
    cost = told["cost"]
    return [
        (words, text.number(cost[name]["mean"]), text.span(cost[name]["low"], cost[name]["high"]))
        for name, words in names.items()
        if cost[name] is not None
    ]


def forms(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Closed forms beside what was found."""
    return [
        (
            row["name"],
            f"{text.number(row['value'])} {row['unit']}".strip(),
            "–" if row["found"] is None else text.number(row["found"]),
            row["leaves_out"],
        )
        for row in told["closed_forms"]
    ]


def notices(told: Mapping[str, Any]) -> Sequence[str]:
    """What a reader must know."""
    return list(told["notices"])
