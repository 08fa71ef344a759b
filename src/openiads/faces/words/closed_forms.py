"""Closed-form twins for people: cells of a table, and what stands behind each figure in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openiads.faces.words import text

if TYPE_CHECKING:
    from openiads.explain.closed_forms import Input, Twin

#: Columns of the table.
HEAD = ("", "closed form", "simulated", "95 % interval")


def cells(twin: Twin) -> tuple[str, str, str, str]:
    """One row of the table of a `explain.closed_forms.Twin` that is given, in the order of ``HEAD``."""
    shown = text.percent if twin.share else text.number
    return (
        twin.name,
        shown(twin.closed),
        shown(twin.simulated),
        text.span(twin.low, twin.high, share=twin.share),
    )


def ingredient_cells(entry: Input) -> tuple[str, str, str]:
    """One ingredient: what, how much, where from."""
    if entry.unit == "share":
        return entry.name, text.percent(entry.value), entry.origin
    return entry.name, f"{text.number(entry.value)} {entry.unit}".strip(), entry.origin


def behind(twin: Twin) -> list[str]:
    """What stands behind a twin, a paragraph each: why it differs, its formula, its ingredients by origin."""
    if not twin.given:
        return [f"Not given: {twin.why}."]
    by_origin: dict[str, list[str]] = {}
    for name, amount, origin in map(ingredient_cells, twin.inputs):
        by_origin.setdefault(origin, []).append(f"{name} {amount}")
    formula = f"Formula: {twin.formula}."
    return [twin.why, formula, *(f"{text.sentence(origin)}: {'; '.join(row)}." for origin, row in by_origin.items())]
