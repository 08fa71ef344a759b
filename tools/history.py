"""The model beside history: ``python tools/history.py [CASE ...]`` (about ten minutes of processor time for all).

Runs the scenes of examples/history/study.toml, of all cases or of those named, and after each case writes
examples/history/results.json and the marked part of docs/history.md; cases that are not named keep their results, each
with the catalog that it was made with.  ``--stale`` takes the cases whose question is another than the stored one's.
``--quick [CASE ...]`` runs a few worlds and prints the bands without writing; ``--page`` writes the page from the
stored results.

A scene is one missile, or one crossing, with what is known of the set-up.  A *world* is one draw of every value in
doubt of the catalog entries in use, and of what the study says is not known of the set-up.  Nothing here is fitted to
an outcome, and the rule of the verdict stands in `verdict`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import openiads as oi
from openiads.base.version import __version__
from openiads.claims.bench import worlds
from openiads.experiments.factors import unit_sample
from openiads.runs.digest import hash_of
from openiads.statistics import clopper_pearson

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "history"
STUDY = tomllib.loads((FOLDER / "study.toml").read_text(encoding="utf-8"))
RESULTS = FOLDER / "results.json"
PAGE = ROOT / "docs" / "history.md"
ENTRIES = ROOT / "src" / "openiads" / "catalog" / "entries"
BEGIN = "<!-- begin: written by tools/history.py -->"
END = "<!-- end: written by tools/history.py -->"
ARMS = ("uniform", "triangular", "log_uniform", "skeptical")
SEED = 1991
FULL = {"worlds": 32, "replications": 40}
QUICK = {"worlds": 4, "replications": 8}
FEWEST = 10  # engagements of a world from which on its share of kills is told
HALF = 0.5  # of the possible range of a share
#: Outcome -> column that it is taken of ("" where every replication counts), that counts, and of what was fired at.
COLUMNS = {
    "killed": ("engaged", "killed", "engaged"),
    "through": ("", "leakers", "engaged"),
    "civil": ("", "civil_engaged", "civil_engaged"),
    "friend": ("", "friend_engaged", "friend_engaged"),
}
SAID = {
    "killed": "killed, of those engaged",
    "through": "a missile gets through, of attacks",
    "civil": "airliner fired at, of crossings",
    "friend": "friend fired at, of crossings",
}


def counts(scenario: Any, outcome: str, replications: int, knobs: dict[str, float] | None, prebuilt: Any) -> list[int]:
    """Of one world: replications in which the outcome could be, in which it was, and in which anything was fired."""
    run = oi.run(scenario, replications=replications, seed=SEED, knobs=knobs, prebuilt=prebuilt)
    for failed in run.failures(1):
        place = f"{scenario.name}, replication {failed['replication']}"
        raise oi.errors.ResultsError(place, failed["message"], "This is a fault of the program.")
    of, what, fired = COLUMNS[outcome]
    rows = [(int(row[of] > 0) if of else 1, int(row[what] > 0), int(row[fired] > 0)) for row in run.rows()]
    return [sum(column) for column in zip(*rows, strict=True)]


def settings(scene: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Of each world what it takes of the set-up that is not known: every choice of a row as often as the next."""
    rows = scene.get("vary", [])
    if not rows:
        return [{} for _ in range(count)]
    shares = unit_sample("latin_hypercube", count, len(rows), SEED)
    choices = (shares * [len(row["sets"]) for row in rows]).astype(int)
    return [
        {path: value for row, n in zip(rows, world, strict=True) for path, value in row["sets"][n].items()}
        for world in choices.tolist()
    ]


def band(found: list[list[int]]) -> dict[str, Any]:
    """Median and 5th and 95th percentile of the shares of worlds with enough of what they are taken of."""
    shares = [hit / of for of, hit, _ in found if of >= min(FEWEST, max(of for of, _, _ in found))]
    shares = shares if any(of for of, _, _ in found) else []
    low, middle, high = (float(x) for x in np.percentile(shares, (5, 50, 95))) if shares else (0.0, 0.0, 1.0)
    return {"worlds": len(shares), "p5": low, "median": middle, "p95": high}


def examine(scene: dict[str, Any], effort: dict[str, int]) -> dict[str, Any]:
    """One scene: its nominal world, and each arm's band."""
    scenario, replications = oi.load(FOLDER / f"{scene['file']}.toml"), effort["replications"]
    setups = settings(scene, effort["worlds"])
    variants = [scenario.with_values(each) if each else scenario for each in setups]
    told = [in_doubt(each) for each in (scenario, *variants)]
    knobs = list({knob.name: knob for each in told for knob in each}.values())
    own = [{knob.name for knob in each} for each in told[1:]]  # a choice may bring other entries
    prebuilt, arms, every = oi.Prebuilt(), {}, []
    for arm in ARMS:
        drawn = worlds(knobs, effort["worlds"], arm, SEED)
        found = [
            counts(variant, scene["outcome"], replications, {k: v for k, v in world.items() if k in names}, prebuilt)
            for variant, names, world in zip(variants, own, drawn, strict=True)
        ]
        fired = float(np.mean([each[2] / replications for each in found]))
        arms[arm] = {**band(found), "fired": fired}
        every += list(zip(setups, found, strict=True))
    of, hit, _ = counts(scenario, scene["outcome"], 4 * replications, None, prebuilt)
    low, high = clopper_pearson(hit, of) if of else (0.0, 1.0)
    nominal = {"of": of, "hit": hit, "low": low, "high": high}
    asked = {"outcome": scene["outcome"], "digest": scenario.digest()[:16]}
    return {**asked, "nominal": nominal, "arms": arms, "by": by_choice(scene, every)}


def in_doubt(scenario: Any) -> list[Any]:
    """The uncertain parameters of a scenario."""
    return [knob for knob in oi.knob_list(oi.catalog_of(scenario), scenario) if not knob.certain]


def by_choice(scene: dict[str, Any], every: list[tuple[dict[str, Any], list[int]]]) -> list[list[list[int]]]:
    """Of each varied row and each of its choices: what the outcome is taken of, and the outcome, over all worlds."""
    sums = []
    for row in scene.get("vary", []):
        chosen = [[found for setup, found in every if choice.items() <= setup.items()] for choice in row["sets"]]
        sums.append([[sum(each[0] for each in found), sum(each[1] for each in found)] for found in chosen])
    return sums


def hull(scenes: dict[str, Any]) -> tuple[float, float]:
    """From the lowest 5 % to the highest 95 % of all arms of a case's first scene."""
    arms = next(iter(scenes.values()))["arms"].values()
    return min(arm["p5"] for arm in arms), max(arm["p95"] for arm in arms)


def verdict(case: dict[str, Any], scenes: dict[str, Any]) -> tuple[str, str]:
    """Whether the model would have been a forecast: "yes", "no" or "cannot be said", and why.

    The rule, stated before any run: a case cannot be said if it has no scene, if an input that decides it is published
    nowhere, if nobody but a party counted, or if the counted interval is wider than half of the possible range.  Else
    the band runs from the lowest 5 % to the highest 95 % of the four arms: no, if the counted interval lies outside of
    it; cannot be said, if the band is wider than half of the range, so that it holds almost anything; yes, if the
    counted interval lies within it; cannot be said, if only a part of it does.
    """
    record = case["record"]
    if "unmodeled" in case:
        return "cannot be said", f"no scene: {case['unmodeled']}"
    if case["unknown"]:
        return "cannot be said", f"published nowhere: {'; '.join(case['unknown'])}"
    if not record["counted"] or "low" not in record:
        return "cannot be said", f"counted by nobody but a party: {record['why']}"
    least, most = record["low"], record["high"]
    if most - least > HALF:
        return "cannot be said", "the counted interval is wider than half of the possible range"
    low, high = hull(scenes)
    told = f"band {percent(low)} to {percent(high)}, counted {percent(least)} to {percent(most)}"
    if most < low or least > high:
        return "no", f"the counted interval lies outside of the band: {told}"
    if high - low > HALF:
        return "cannot be said", f"the band holds almost anything: {told}"
    if low <= least and most <= high:
        return "yes", f"the counted interval lies within a narrow band: {told}"
    return "cannot be said", f"only a part of the counted interval lies within the band: {told}"


def study(effort: dict[str, int], names: list[str] | None = None) -> dict[str, Any]:
    """All results, or those of some cases."""
    cases = {name: case_of(name, effort) for name in names or STUDY}
    return {"version": __version__, "seed": SEED, **effort, "cases": cases}


def case_of(name: str, effort: dict[str, int]) -> dict[str, Any]:
    """What one case comes to."""
    case = STUDY[name]
    scenes = {scene["file"]: examine(scene, effort) for scene in case.get("scene", [])}
    told, why = verdict(case, scenes)
    sys.stdout.write(f"{name}: {told}: {why}\n")
    sys.stdout.flush()
    made = {"inputs": hash_of(case)[:16], "catalog": oi.catalog().digest[:16]}
    return {**made, "scenes": scenes, "verdict": told, "why": why}


def stale() -> list[str]:
    """Cases whose question, or the scene behind it, is another than that of the stored result."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))["cases"]
    found = []
    for name, case in STUDY.items():
        digests = {
            each["file"]: oi.load(FOLDER / f"{each['file']}.toml").digest()[:16] for each in case.get("scene", [])
        }
        old = stored.get(name, {"inputs": "", "scenes": {}})
        if old["inputs"] != hash_of(case)[:16] or {k: v["digest"] for k, v in old["scenes"].items()} != digests:
            found.append(name)
    return found


def renew(names: list[str]) -> None:
    """Run some cases, or all, and put each into the stored results and the page as soon as it is there."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for name in names:
        results["cases"][name] = case_of(name, FULL)
        results["cases"] = {each: results["cases"][each] for each in STUDY if each in results["cases"]}
        results |= {"version": __version__, "seed": SEED, **FULL}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_page(results)


# ------------------------------------------------------------------ the page


def percent(value: float) -> str:
    """A share in percent; one that is nearly none or nearly all is not told as none or all."""
    nearly = 0.0 < value < 0.005 or 0.995 <= value < 1.0
    return f"{100.0 * value:.{1 if nearly else 0}f} %"


def section(name: str, found: dict[str, Any], title: str) -> str:
    """What the page says of one case."""
    case = STUDY[name]
    record = case["record"]
    figure = f"{percent(record['low'])} to {percent(record['high'])} of " if "low" in record else "Of "
    lines = [f"### As a forecast: {title}", f"**As a forecast: {found['verdict']}.** {capital(found['why'])}."]
    lines.append(f"*Record.* {figure}{record['of']}; {record['why']}.")
    for scene in case.get("scene", []):
        rows = found["scenes"][scene["file"]]
        nominal = rows["nominal"]
        given = "; ".join(row["what"] for row in scene.get("vary", []))
        if nominal["of"]:
            interval = f"{percent(nominal['low'])} to {percent(nominal['high'])}, 95 %"
            share = f"{nominal['hit']} of {nominal['of']} ({interval})"
        else:
            share = "nothing to take a share of"
        table = ["| prior | fired at | median | 5 to 95 % of worlds | worlds |", "| --- | ---: | ---: | --- | ---: |"]
        for arm, row in rows["arms"].items():
            told = [f"{percent(row['p5'])} to {percent(row['p95'])}", percent(row["median"])]
            told = told if row["worlds"] else ["–", "–"]
            table.append(f"| {arm} | {percent(row['fired'])} | {told[1]} | {told[0]} | {row['worlds']} |")
        link = f"[`{scene['file']}`](../examples/history/{scene['file']}.toml)"
        varied = f" Varied: {given}." if given else ""
        lines.append(f"*Model*, {link}: {SAID[scene['outcome']]}. Catalog's numbers: {share}.{varied}")
        lines.append("\n".join(table))
        lines += choices_told(scene, rows["by"])
    if case["left_out"]:
        lines.append(f"*Left out of the model*: {'; '.join(case['left_out'])}.")
    return "\n\n".join(lines)


def choices_told(scene: dict[str, Any], sums: list[list[list[int]]]) -> list[str]:
    """A sentence for each varied row: the share under each of its choices, all priors and worlds together."""
    sentences = []
    for row, found in zip(scene.get("vary", []), sums, strict=True):
        each = []
        for choice, (of, hit) in zip(row["sets"], found, strict=True):
            taken = ", ".join(short(path, value) for path, value in choice.items())
            each.append(f"{taken}: {percent(hit / of) if of else 'nothing'}")
        sentences.append(f"*By {row['what'].split(':')[0]}*: {'; '.join(each)}.")
    return sentences


def short(path: str, value: Any) -> str:
    """A setting as the page has it."""
    told = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{path.rpartition('.')[2]}` {told}"


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def part(results: dict[str, Any]) -> str:
    """The marked part of the page."""
    titles = tomllib.loads((ENTRIES / "history.toml").read_text(encoding="utf-8"))
    verdicts = [found["verdict"] for found in results["cases"].values()]
    told = ", ".join(f"{word}: {verdicts.count(word)}" for word in ("yes", "no", "cannot be said"))
    catalogs = sorted({found["catalog"] for found in results["cases"].values()})
    made = ", ".join(f"`{each}`" for each in catalogs)
    head = (
        f"Seed {results['seed']}; {results['worlds']} worlds of {results['replications']} replications for each prior; "
        f"catalog{'s' if len(catalogs) > 1 else ''} {made}, openiads {results['version']}. "
        f"Verdicts of {len(verdicts)} cases: {told}."
    )
    parts = [section(name, found, titles[name]["title"]) for name, found in results["cases"].items()]
    return "\n\n".join([BEGIN, head, *parts, END])


def write_page(results: dict[str, Any], page: Path = PAGE) -> None:
    """Put the marked part into the page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    page.write_text(before + part(results) + rest.partition(END)[2], encoding="utf-8")


def main() -> None:
    """Run the study, or write the page from what is stored."""
    parser = argparse.ArgumentParser(description="The model beside history.")
    parser.add_argument("--quick", nargs="*", metavar="CASE", help="a few worlds of these cases; nothing is written")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="these cases alone")
    parser.add_argument("--stale", action="store_true", help="the cases whose question has changed since their result")
    parser.add_argument("--page", action="store_true", help="write the page from the stored results")
    asked = parser.parse_args()
    unknown = sorted({*asked.cases, *(asked.quick or ())} - set(STUDY))
    if unknown:
        parser.error(f"no case {unknown[0]!r}; there are {', '.join(STUDY)}")
    if asked.quick is not None:
        sys.stdout.write(json.dumps(study(QUICK, asked.quick), indent=1) + "\n")
        return
    if asked.page:
        write_page(json.loads(RESULTS.read_text(encoding="utf-8")))
    else:
        renew(stale() if asked.stale else asked.cases or list(STUDY))


if __name__ == "__main__":
    main()
