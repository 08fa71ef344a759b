"""Edits of a TOML text that leave the rest of it as it is: comments, order, spacing, line ends.

A scenario's text is the only document; each gesture of an editor is one change of it.  A change replaces the value that
it means and nothing beside it.  The law is that `tomllib` reads from the new text the mapping of the old one with the
value at its path, and the same for rows that are put in and things that are removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openiads.base.errors import InputError
from openiads.base.jsonable import Json
from openiads.base.places import Places, Span, places, read_names, read_value, skip_blanks, skip_spaces
from openiads.base.toml import Loc, accepted, key_text, spelled, toml_value


def set_value(text: str, loc: Loc, value: Json) -> str:
    """A text with one value set.

    Parameters
    ----------
    text : str
        Accepted TOML.
    loc : tuple of str and int
        Key path; rows and items count from 0, one more than the last appends.  Tables on the way are made.
    value : JSON value
        Of a table or a list of tables what is not given is removed, and what is equal stays as it is written.

    Returns
    -------
    str

    Raises
    ------
    InputError
        For a path through something that is no table or list, or beyond the end of a list.
    """
    if not loc:
        raise InputError("edit", "no path", "Name what is to be set, such as site[1].facing.")
    now = at_path(accepted(text), loc)
    if now is not MISSING and _same(now, value):
        return text
    known = places(text)
    if loc in known.values:
        if isinstance(value, dict | list) and type(value) is type(now) and value and now:
            return _inner(text, loc, now, value)
        start, end = known.values[loc]
        return text[:start] + toml_value(value) + text[end:]
    if isinstance(now, dict) and isinstance(value, dict):
        return _inner(text, loc, now, value)
    if isinstance(now, list) and _tables(value):
        return _inner(text, loc, now, value)
    if isinstance(loc[-1], int) and loc[:-1] not in known.values and not isinstance(value, dict):
        raise InputError(spelled(loc), "is a table among tables", "Give a table, or remove it.")
    if now is not MISSING:
        return set_value(remove(text, loc), loc, value)
    return _added(text, loc, value)


class _Missing:
    """Where a path leads to nothing."""


MISSING = _Missing()


def at_path(mapping: Json, loc: Loc) -> Json | _Missing:
    """What stands at a key path, or `MISSING`.

    Raises
    ------
    InputError
        For a step through something that has no parts, or beyond the end of a list.
    """
    place: Json = mapping
    for k, step in enumerate(loc):
        if isinstance(place, dict) and isinstance(step, str):
            if step not in place:
                return MISSING
            place = place[step]
        elif isinstance(place, list) and isinstance(step, int) and 0 <= step <= len(place):
            if step == len(place):
                return MISSING
            place = place[step]
        else:
            raise InputError(spelled(loc[: k + 1]), "leads to nothing that can be set", "Name a key of a table.")
    return place


def _same(a: Json, b: Json) -> bool:
    """Whether two values are written alike: equal, and of one type throughout (2 is not 2.0)."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b


def _tables(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _inner(text: str, loc: Loc, now: Json, value: Json) -> str:
    """A text in which a table or list becomes another, part by part."""
    if isinstance(now, dict) and isinstance(value, dict):
        for key in now:
            if key not in value:
                text = remove(text, (*loc, key))
        for key, part in value.items():
            text = set_value(text, (*loc, key), part)
        return text
    assert isinstance(now, list) and isinstance(value, list)
    for k in range(len(now) - 1, len(value) - 1, -1):
        text = remove(text, (*loc, k))
    for k, part in enumerate(value):
        text = set_value(text, (*loc, k), part)
    return text


def _added(text: str, loc: Loc, value: Json) -> str:
    """A text with a value that it does not have, below the nearest table that it has."""
    mapping = accepted(text)
    above = len(loc) - 1
    while above and at_path(mapping, loc[:above]) is MISSING:
        above -= 1
    for step in reversed(loc[above + 1 :]):
        if not isinstance(step, str):
            value = [value]
        else:
            value = {step: value}
    parent, step = loc[:above], loc[above]
    known = places(text)
    if parent in known.values:
        return _into(text, known.values[parent], step, value)
    if isinstance(step, int):
        assert isinstance(value, dict)
        return insert_row(text, parent, value)
    if not parent and (isinstance(value, dict) or _tables(value)):
        return _at_end(text, _block(text, (step,), value))
    return _into_table(text, known, parent, step, value)


def _into(text: str, span: Span, step: str | int, value: Json) -> str:
    """A text with a part more in the list or table that is written at a span."""
    new = toml_value(value) if isinstance(step, int) else f"{key_text(step)} = {toml_value(value)}"
    inner = text[span[0] + 1 : span[1] - 1]
    last = _last_of(text, span)
    if last < 0:
        spaced = f" {new} " if isinstance(step, str) else new
        return text[: span[0] + 1] + (spaced if not inner.strip() else f"{spaced}{inner}") + text[span[1] - 1 :]
    after = skip_blanks(text, last)
    if text[after] == ",":  # a list may end with a comma
        return f"{text[: after + 1]} {new}{text[after + 1 :]}"
    return f"{text[:last]}, {new}{text[last:]}"


def _last_of(text: str, span: Span) -> int:
    """Index behind the last part of the list or table that is written at a span; -1 if it is empty."""
    found: dict[Loc, Span] = {}
    read_value(text, span[0], (), found)
    ends = [end for loc, (_, end) in found.items() if loc]
    return max(ends, default=-1)


def _into_table(text: str, known: Places, parent: Loc, step: str, value: Json) -> str:
    """A text with a key more in a table that has a header, dotted keys, or is that above all headers."""
    inside = [each for each in known.pieces if not each.header and each.loc[:-1] == parent]
    heads = [each for each in known.pieces if each.header and each.loc == parent]
    below = [each for each in known.pieces if not each.header and each.loc[: len(parent)] == parent]
    dotted = [each for each in below if len(each.table) < len(parent)]
    end = _newline(text)
    written = toml_value(value)
    if heads or not parent:
        last = max(
            (*heads, *(each for each in inside if each.table == parent)), key=lambda each: each.end, default=None
        )
        line = f"{key_text(step)} = {written}{end}"
        if last is None:  # nothing stands above the first header
            first = min((each.start for each in known.pieces), default=len(text))
            return text[:first] + line + (end if first < len(text) else "") + text[first:]
        return _after(text, last.end, line)
    if dotted:
        last = max(dotted, key=lambda each: each.end)
        names = [each for each in last.loc[len(last.table) : len(parent)] if isinstance(each, str)]
        return _after(text, last.end, ".".join(key_text(each) for each in (*names, step)) + f" = {written}{end}")
    # a table that only the headers of tables within it speak of
    at = min(each.start for each in known.pieces if each.header and each.loc[: len(parent)] == parent)
    names = [each for each in parent if isinstance(each, str)]
    line = f"[{'.'.join(key_text(each) for each in names)}]{end}{key_text(step)} = {written}{end}{end}"
    return text[:at] + line + text[at:]


def _after(text: str, at: int, line: str) -> str:
    """A line put in behind a statement, which may be the last one and without a line end."""
    return text[:at] + ("" if at == 0 or text[at - 1] == "\n" else _newline(text)) + line + text[at:]


def insert_row(text: str, loc: Loc, row: Mapping[str, Json], at: int | None = None) -> str:
    """A text with a row more in a list of tables.

    Parameters
    ----------
    text : str
        Accepted TOML.
    loc : tuple of str and int
        Key path of the list, which need not be there yet.
    row : mapping
    at : int, optional
        Which row it becomes; the last if left out.

    Returns
    -------
    str
    """
    now = at_path(accepted(text), loc)
    known = places(text)
    if not isinstance(now, list | _Missing):
        raise InputError(spelled(loc), "is no list of tables", "Name a list, such as site.")
    many = len(now) if isinstance(now, list) else 0
    place = many if at is None else at
    if not 0 <= place <= many:
        raise InputError(f"{spelled(loc)}[{place + 1}]", f"of {many} rows", f"Name one from 1 to {many + 1}.")
    if loc in known.values:
        if place == many:
            return _into(text, known.values[loc], place, dict(row))
        first = known.values[(*loc, place)][0]
        return f"{text[:first]}{toml_value(dict(row))}, {text[first:]}"
    if many == 0 and isinstance(loc[-1], str) and loc[:-1] in known.values:
        return _into(text, known.values[loc[:-1]], loc[-1], [dict(row)])
    block = _block(text, loc, [dict(row)])
    end = _newline(text)
    if place < many:
        first = next(each.start for each in known.pieces if each.header and each.loc == (*loc, place))
        return text[:first] + block + end + text[first:]
    kin = (*loc, many - 1) if many else loc[:-1]
    ends = [each.end for each in known.pieces if each.loc[: len(kin)] == kin] if kin else []
    if not ends:
        return _at_end(text, block)
    return _after(text, max(ends), end + block)


def _block(text: str, loc: Loc, value: Json) -> str:
    """A table, or a list of tables, with headers of their own."""
    end = _newline(text)
    name = ".".join(key_text(each) for each in loc if isinstance(each, str))
    rows = value if isinstance(value, list) else [value]
    head = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
    blocks = []
    for row in rows:
        assert isinstance(row, dict)
        blocks.append(head + end + "".join(f"{key_text(k)} = {toml_value(v)}{end}" for k, v in row.items()))
    return end.join(blocks)


def _at_end(text: str, block: str) -> str:
    """A text with a block behind everything, an empty line before it."""
    end = _newline(text)
    if not text.strip():
        return text + block
    body = text.rstrip()
    return body + end + end + block


def remove(text: str, loc: Loc) -> str:
    """A text without a value, a table or a row; comments that stand outside of it stay.

    With its last row a list of tables is gone.

    Parameters
    ----------
    text : str
        Accepted TOML.
    loc : tuple of str and int
        Key path.

    Returns
    -------
    str

    Raises
    ------
    InputError
        Where there is nothing at the path.
    """
    mapping = accepted(text)
    if not loc or at_path(mapping, loc) is MISSING:
        raise InputError(spelled(loc) or "edit", "nothing stands there", "Name something that the text has.")
    known = places(text)
    outer = next((loc[:k] for k in range(len(loc) - 1, 0, -1) if loc[:k] in known.values), None)
    if outer is not None and not any(each.loc[: len(loc)] == loc for each in known.pieces):
        return _without_part(text, known, loc)
    for start, end in reversed(list(_spans_of(known, loc))):
        text = text[:start] + text[end:]
    return text


def _spans_of(known: Places, loc: Loc) -> Iterator[Span]:
    """What a key, a table or a row takes of a text: whole statements, header by header."""
    for each in known.pieces:
        if each.loc[: len(loc)] == loc:
            yield each.start, each.end


def _without_part(text: str, known: Places, loc: Loc) -> str:
    """A text without a part of a list or table that is written inline, and without one comma."""
    spans = sorted(span for each, span in known.values.items() if each[: len(loc)] == loc)
    start, end = spans[0][0], max(last for _, last in spans)
    if isinstance(loc[-1], str):  # with its name
        start = _name_start(text, known, loc)
    after = skip_blanks(text, end)
    if text[after] == ",":
        rest = skip_spaces(text, after + 1)
        return text[:start] + text[rest:]
    before = start - 1
    while text[before] in " \t\r\n":
        before -= 1
    if text[before] == ",":
        return text[:before] + text[end:]
    return text[:start].rstrip(" \t") + text[end:].lstrip(" \t")


def _name_start(text: str, known: Places, loc: Loc) -> int:
    """Where the name of a part of an inline table begins."""
    table = next(loc[:k] for k in range(len(loc) - 1, -1, -1) if loc[:k] in known.values)
    at = skip_blanks(text, known.values[table][0] + 1)
    while True:
        names, equals = read_names(text, at)
        if (*table, *names)[: len(loc)] == loc:
            return at
        at = skip_blanks(text, read_value(text, skip_blanks(text, equals + 1), (), {}))
        at = skip_blanks(text, at + 1) if text[at] == "," else at


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
