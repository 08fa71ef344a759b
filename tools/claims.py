"""Write docs/claims: ``python tools/claims.py [--judge] [NAME ...]`` (stop it at will, the same command goes on).

Runs the full effort of the named claims, or of all packaged ones, into ``runs/claims/full`` as
``openiads claims --full`` does, and writes for each a page and its result, an index, and the table of the
documentation's front page.  The quick effort is never published.  Earlier versions of a claim stay in
``docs/claims/earlier``, with what was wrong.

With ``--judge`` nothing is run: the evidence of the stored results is judged and told anew, after a change of how
evidence makes a verdict, of the words, or of a claim's caveats.

A result names what it rests on: the digest of every scenario that the claim builds, and the numbers in doubt.  Beside
it stands a probe: digests of a few replications and of two figures of this model.  When one of these comes out
otherwise, what was asked or the model has moved, and the verdict must be reached again.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openiads.claims.evidence import Evidence
from openiads.claims.examine import SEED, examine, figures_of, judged, rests_on
from openiads.claims.statement import Claim, load_claim, packaged_claims
from openiads.faces.api import folder_of
from openiads.faces.words.claims import BESIDE, HEAD, TURNED, Told, beside_of, gathered, rows_of, told_of
from openiads.faces.words.claims_answer import close, details, sentence
from openiads.faces.words.claims_doubt import FLIPS, changers, flips_of
from openiads.faces.words.claims_rule import rule_of
from openiads.reach.envelope import envelope_volumes, low_reaches
from openiads.runs.digest import arithmetic_fingerprint, hash_of, row_digests
from openiads.runs.replicate import run
from openiads.scenario.load import load

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "claims"
MARK = "<!-- written by tools/claims.py; do not edit by hand -->"

KEY = """\
*Depends*: what is decided says both yes and no, by what is named. *Undecided*: these samples settle nothing. *Near the
line*: one parameter sample could turn it. *Full*: the numbers under `[full]` of the claim's file. A verdict is about a
model and a reading of the sentence, not about the system."""

EARLIER = "An [earlier version](earlier/{name}.md) of this claim is kept, with what was wrong."

FRONT = ROOT / "docs" / "index.md"
BEGIN, END = "<!-- claims: written by tools/claims.py -->", "<!-- end of claims -->"
#: The sentences as the articles have them, for the front page.
SENTENCES = ("guarantee", "moskva", "defensive", "ballistic", "comparable", "hotheads", "clashes")

FIGURED = "s300f"
PROBED = ("tartus_2016", "moskva_2015", "turkey_2013")  # on land, at sea, and against what falls


def probe() -> dict[str, str]:
    """Digests of a few replications, an envelope and a low reach on this machine's arithmetic: what the model gives.

    Of the replications their outcomes alone: entries of the catalog that nobody uses here change nothing.
    """
    rows = {name: run(load(name), replications=8, seed=SEED).rows() for name in PROBED}
    runs = {name: hash_of([each.hex() for each in row_digests(found)])[:16] for name, found in rows.items()}
    figures = {"envelope_volume": envelope_volumes(FIGURED), "low_reach": low_reaches(FIGURED)}
    return {
        "arithmetic": arithmetic_fingerprint()[:16],
        **runs,
        **{name: hash_of(f)[:16] for name, f in figures.items()},
    }


def stale(
    folder: Path = FOLDER, now: Callable[[], dict[str, str]] = probe, basis: Callable[[Claim], Any] = rests_on
) -> list[str]:
    """Stored results that are quick, not of a packaged claim, by another rule than the claim file states now, of other
    scenarios or numbers in doubt than it would build now, or of another model.  On another arithmetic the model cannot
    be compared to the last bit, and passes.
    """
    found = []
    paths = sorted(folder.glob("*.json"))
    probed = now() if paths else {}
    for path in paths:
        stored = json.loads(path.read_text(encoding="utf-8"))
        claim = load_claim(path.stem) if path.stem in packaged_claims() else None
        known = claim is not None and claim.digest == stored["claim_digest"] and basis(claim) == stored["rests_on"]
        moved = stored["probe"] != probed and stored["probe"]["arithmetic"] == probed["arithmetic"]
        if not known or moved or stored["effort"] != "full":
            found.append(path.stem)
    return found


def publish(told: Told, folder: Path = FOLDER, now: Callable[[], dict[str, str]] = probe) -> None:
    """The page and the result of one claim of full effort."""
    result = told.result
    if result["effort"] != "full":
        raise ValueError(f"{result['claim']}: only the full effort is published")
    folder.mkdir(parents=True, exist_ok=True)
    _write(told, {**result, "probe": now()}, folder)


def judge_anew(name: str, folder: Path = FOLDER) -> None:
    """A stored result judged anew from its own evidence, and its page; the probe stays that of its runs.

    Of the claim file the caveats alone may have changed: nothing that is asked, run or decided follows from them.
    """
    claim = load_claim(name)
    stored = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    if stored["claim_digest"] not in (claim.digest, hash_of({**claim.mapping, "caveats": stored["caveats"]})):
        raise ValueError(f"{name}: the rule file changed since the result; run it again without --judge")
    if digest_of(stored["claim_digest"], stored) != stored["digest"]:
        raise ValueError(f"{name}: the stored result does not agree with its digest; run it again without --judge")
    evidence = tuple(map(Evidence.of, stored["evidence"]))
    result = {
        **stored,
        **judged(claim, evidence).as_dict(),
        "figures": figures_of(claim, evidence),
        "caveats": list(claim.told.caveats),
        "claim_digest": claim.digest,
        "digest": digest_of(claim.digest, stored),
    }
    _write(told_of(claim, evidence, result), result, folder)


def digest_of(claim_digest: str, stored: Mapping[str, Any]) -> str:
    """The digest of a stored result, by the rule of ``examine.Result.digest``."""
    read = [*stored["evidence"], *stored["flips"]]
    return hash_of([claim_digest, stored["effort_numbers"], stored["seed"], stored["runs_digest"], read])


def _write(told: Told, stored: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / f"{stored['claim']}.json").write_text(text, encoding="utf-8")
    (folder / f"{stored['claim']}.md").write_text(page(told), encoding="utf-8")


def page(told: Told) -> str:
    """One claim as Markdown."""
    result = told.result
    effort = (
        f"{result['replications']} replications, {result['failed_replications']} failed, "
        f"{result['effort']} effort, seeds {', '.join(map(str, result['seeds']))}, claim "
        f"`{result['claim_digest'][:12]}`, digest `{result['digest'][:12]}`, openiads {result['version']}."
    )
    parts = [
        MARK,
        f"# “{result['sentence']}”",
        f"Said by {result['said_by']} ({result['source']}).",
        f"*Question.* {result['question']}",
        f"**{sentence(told)}**",
        "\n".join(f"- {line}" for line in details(told)),
        "## What it does not say",
        "\n".join(f"- {line}" for line in (*result["caveats"], *notes(result["claim"]))),
        "## Every arm of every cell",
        table(HEAD, rows_of(told)),
        *(["## Choices, and what is shown beside", table(BESIDE, beside_of(told))] if beside_of(told) else []),
        *(["## Where the answer flips", table(FLIPS, flips_of(told))] if flips_of(told) else []),
        "## What would change it",
        "\n".join(f"- {line}" for line in changers(told)),
        "## The rule",
        rule_of(told),
        effort,
        *([EARLIER.format(name=result["claim"])] if (FOLDER / "earlier" / f"{result['claim']}.md").exists() else []),
    ]
    return "\n\n".join(parts) + "\n"


def notes(name: str) -> list[str]:
    """What was found to be worth knowing of a published claim after its result; docs/claims/notes.toml says it."""
    found: list[str] = tomllib.loads((FOLDER / "notes.toml").read_text(encoding="utf-8")).get(name, [])
    return found


WAITING = "not run yet by its present rule"


def index(folder: Path = FOLDER) -> str:
    """All published claims as Markdown."""
    results = _published(folder)
    rows = [(f"[“{r['sentence']}”]({r['claim']}.md)", _verdict(r), _on(r), r["effort"]) for r in results.values()]
    waiting = [name for name in packaged_claims() if name not in results]
    rows += [(f"“{load_claim(name).told.sentence}”", WAITING, "–", "–") for name in waiting]
    earlier = "\n[Earlier versions](earlier/index.md), with what was wrong.\n" if (folder / "earlier").exists() else ""
    told = table(("what was said", "verdict", "depends on", "effort"), rows)
    return f"{MARK}\n\n# Claims\n\n{told}\n\n{KEY}\n{earlier}"


def front(page: str, folder: Path = FOLDER) -> str:
    """The front page of the documentation with the sentences and their verdicts put in between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    results = _published(folder)
    rows = []
    for name in SENTENCES:
        told = results.get(name)
        said = f"“{load_claim(name).told.sentence}”" if told is None else f"[“{told['sentence']}”](claims/{name}.md)"
        rows.append((said, WAITING, "–") if told is None else (said, _verdict(told) + _readings(told), _on(told)))
    return f"{before}{BEGIN}\n{table(('what was said', 'the model says', 'it depends on'), rows)}\n{END}{after}"


def _readings(result: dict[str, Any]) -> str:
    """What each reading of a sentence comes to, where they do not all come to the same."""
    found = {name: each["verdict"] for name, each in result["readings"].items()}
    if len(set(found.values())) < 2:
        return ""
    return f": {', '.join(f'{name} {verdict}' for name, verdict in found.items())}"


def _published(folder: Path) -> dict[str, dict[str, Any]]:
    """Claim -> its published result, in alphabetical order."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {each["claim"]: each for each in found}


def _verdict(result: dict[str, Any]) -> str:
    return str(result["verdict"]) + (" (near the line)" if close(result) else "")


def _on(result: dict[str, Any]) -> str:
    return "; ".join(TURNED.get(name, name) for name in result["depends_on"]) or "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(names: list[str]) -> None:
    """Run or judge, write, tell."""
    anew = "--judge" in names
    for name in [each for each in names if each != "--judge"] or packaged_claims():
        if anew:
            judge_anew(name)
        else:
            claim = load_claim(name)
            out = folder_of(ROOT / "runs" / "claims", claim, full=True, seed=SEED)
            publish(gathered(examine(claim, full=True, out=out)))
        (FOLDER / "index.md").write_text(index(), encoding="utf-8")
        FRONT.write_text(front(FRONT.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{name}: docs/claims/{name}.md", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
