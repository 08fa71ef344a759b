"""The few terms of the field that a page explains where it first uses them, each as the glossary has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field.

    Parameters
    ----------
    name : str
        As a list of terms shows it.
    forms : tuple of str
        As it may stand in a text, in lower case, the longest first.
    glossary : str
        Its row in the glossary (``docs/glossary.md``).
    meaning : str
        What it means, in one or two sentences.
    """

    name: str
    forms: tuple[str, ...]
    glossary: str
    meaning: str


TERMS: tuple[Term, ...] = (
    Term("leaker", ("leakers", "leaker"), "leaker",
         "A threat that got through: it hit what it was aimed at, or reached it and missed."),
    Term("salvo", ("salvos", "salvoes", "salvo"), "salvo",
         "Interceptors fired at one target one right after the other, without waiting for the result of the first."),
    Term("fire unit", ("fire units", "fire unit"), "fire unit",
         "The smallest part of a battery that can fight by itself: an engagement radar, its launchers and its crew."),
    Term("gate", ("gates", "gate"), "binding constraint",
         "What kept a unit from shooting at a target at a given moment: horizon, terrain, no track, no channel, "
         "no interceptor, ..."),
    Term("kill probability", ("single-shot probability of kill", "kill probabilities", "kill probability"),
         "single-shot probability of kill (SSPK)",
         "The chance that one interceptor that is fired destroys its target."),
    Term("95 % interval", ("95 % intervals", "95 % interval"), "confidence interval (95 %)",
         "A range made by a method that holds the true mean in 95 of 100 studies. It is about chance only, not about "
         "parameters."),
    Term("replication", ("replications", "replication"), "replication",
         "One run of the whole raid with random numbers of its own."),
    Term("sampling variability", ("sampling variability",), "sampling (aleatory) variability",
         "How much outcomes differ by chance alone, although everything is known."),
    Term("parameter uncertainty", ("parameter uncertainty",), "parameter (epistemic) uncertainty",
         "How much the answer differs because the true values of parameters are not known."),
    Term("common random numbers", ("common random numbers",), "common random numbers",
         "Two variants are run with the same random numbers, so that their difference is due to what was changed."),
    Term("parameter sample", ("parameter samples", "parameter sample"), "parameter sample",
         "One choice of a value for every uncertain parameter, within its interval."),
    Term("baseline", ("baseline",), "baseline", "The model with every parameter at its catalog value."),
)  # fmt: skip

#: What is no running text: pictures, styles, titles, code.
_APART = re.compile(r"(<(svg|style|title|pre|code)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_FORMS = {form: term for term in TERMS for form in term.forms}
_ANY = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(form) for form in sorted(_FORMS, key=len, reverse=True)) + r")(?![\w-])", re.I
)


def explained(page: str) -> tuple[str, list[Term]]:
    """Mark the first use of each term in the text of a page with what it means.

    Parameters
    ----------
    page : str
        HTML whose text is escaped.

    Returns
    -------
    tuple of str and list of Term
        The page with ``<abbr title=...>`` around first uses, and the terms it uses, in order.
    """
    used: list[Term] = []

    def mark(found: re.Match[str]) -> str:
        term = _FORMS[found[0].lower()]
        if term in used:
            return found[0]
        used.append(term)
        return f'<abbr title="{escape(term.meaning)}">{found[0]}</abbr>'

    parts, at = [], 0
    for apart in _APART.finditer(page):
        parts += [_ANY.sub(mark, page[at : apart.start()]), apart[0]]
        at = apart.end()
    parts.append(_ANY.sub(mark, page[at:]))
    return "".join(parts), used
