"""Changes to a scenario by path, as ``--set`` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.slips import FORBIDDEN
from openiads.base.toml import DEEPEST, Loc, clipped, parse_toml

PATH_EXAMPLE = 'For example: site.Tartus.fire_units, raid."West 1".count'
#: What paths of parameters begin with where both may be given.
KNOB = "knob"
_STEP = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([^."\'\[\]]+))((?:\[\d+\])*)\s*(\.|$)')


def edited(mapping: Mapping[str, Json], changes: Mapping[str, Json]) -> JsonObject:
    """A copy of a raw scenario mapping with values replaced at paths such as `site.Tartus.fire_units`,
    `raid[1].count`, `model.kill`.

    A step into a list of named things is a name or `[n]` from 1. Raises InputError for a path that leads nowhere.
    """
    import copy

    copied = copy.deepcopy(dict(mapping))
    for path in changes:
        _no_parameter(mapping, path)
    for path, value in changes.items():
        place, loc = _walk(copied, path)
        place[loc[-1]] = copy.deepcopy(value)
    return copied


def located(mapping: Mapping[str, Json], path: str) -> Loc:
    """The key path in a raw scenario mapping that `path` leads to, names of listed things turned into their places."""
    import copy

    return _walk(copy.deepcopy(dict(mapping)), path)[1]


def _no_parameter(mapping: Mapping[str, Json], path: str) -> None:
    """InputError for a path of a parameter: those are of the catalog and have commands of their own."""
    head = next(_steps(path))
    name = path.partition(".")[2].strip() if head == KNOB else path.strip()
    if head != KNOB:
        from openiads.catalog.load import catalog

        if head in mapping or head not in catalog().entries:
            return
    raise InputError(
        clipped(path),
        "the catalog's, and no value of a scenario",
        f"Set a parameter with openiads compare SCENARIO SCENARIO --set-b {KNOB}.{clipped(name)}=..., or draw it with "
        f"openiads spread SCENARIO --knobs {clipped(name)}. All: openiads catalog knobs SCENARIO",
    )


def _walk(mapping: JsonObject, path: str) -> tuple[Json, Loc]:
    """What holds the value at `path`, tables on the way made, and its key path."""
    steps = list(islice(_steps(path), DEEPEST + 1))
    if len(steps) > DEEPEST:
        raise InputError(clipped(path), f"more than {DEEPEST} names joined by dots", PATH_EXAMPLE)
    place: Json = mapping
    loc: list[str | int] = []
    for step in steps[:-1]:
        inner = _descend(place, step, path)
        loc.append(next(k for k, item in enumerate(place) if item is inner) if isinstance(place, list) else step)
        place = inner
    last = steps[-1]
    named = isinstance(place, dict) and isinstance(last, str)
    listed = isinstance(place, list) and isinstance(last, int) and 0 <= last < len(place)
    if isinstance(place, list) and isinstance(last, int) and not listed:
        _descend(place, last, path)
    if not (named or listed):
        raise InputError(clipped(path), "leads to no value that can be set", PATH_EXAMPLE)
    return place, (*loc, last)


def _descend(place: Json, step: str | int, path: str) -> Json:
    if isinstance(place, dict) and isinstance(step, str):
        return place.setdefault(step, {})
    if isinstance(place, list) and isinstance(step, int) and 0 <= step < len(place):
        return place[step]
    if isinstance(place, list) and isinstance(step, str):
        for item in place:
            if isinstance(item, dict) and item.get("name", item.get("from")) == step:  # a link goes by its lower end
                return item
        from openiads.base.words import listed, nearest

        names = [str(item.get("name", item.get("from"))) for item in place if isinstance(item, dict)]
        raise InputError(
            clipped(path), f'nothing here is named "{clipped(step)}"', f"{nearest(step, names)}Names: {listed(names)}"
        )
    if isinstance(step, int) and isinstance(place, list):
        first = "counting starts at 1" if step < 0 else f"the last is [{len(place)}]" if place else "the list is empty"
        raise InputError(clipped(path), f"there is no [{step + 1}] here: {first}", PATH_EXAMPLE)
    raise InputError(clipped(path), f'"{clipped(str(step))}" leads nowhere', PATH_EXAMPLE)


def _steps(path: str) -> Iterator[str | int]:
    at = 0
    while at < len(path) or at == 0:
        found = _STEP.match(path, at)
        if found is None:
            raise InputError(
                clipped(path),
                "not a path",
                'Write names with dots between them; quote a name that holds a dot: site."St. John".at',
            )
        double, single, bare, indices, more = found.groups()
        yield re.sub(r"\\(.)", r"\1", double) if double is not None else single if single is not None else bare.strip()
        for index in re.findall(r"\d+", indices):
            yield int(index) - 1
        at = found.end()
        if not more:
            return


def setting(text: str, option: str = "--set") -> tuple[str, Json]:
    """`path=value` of a command line to a pair for `edited`: the value is TOML; what is not TOML is taken as text
    (`duration=300 s`)."""
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise InputError(
            f"{option} {clipped(text)}", "not path=value", f"For example: {option} site.Tartus.fire_units=1"
        )
    try:
        return path.strip(), parse_toml(f"value = {value}", option)["value"]
    except InputError:
        if FORBIDDEN.search(value) or "\n" in value:
            raise
        return path.strip(), value.strip()


def told_apart(one: Mapping[str, Json], other: Mapping[str, Json]) -> list[tuple[str, Json, Json]]:
    """Where two raw scenario mappings differ: the path as `edited` takes it, and the value on either side.

    A thing that only one of them has is one difference; its other side is None.
    """
    return list(_differences(one, other, ""))


def _differences(one: Json, other: Json, path: str) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            inner = f"{path}.{_written(str(key))}" if path else _written(str(key))
            yield from _differences(one.get(key), other.get(key), inner)
    elif _are_named(one) and _are_named(other):
        yield from _differences(_by_name(one), _by_name(other), path)
    elif one != other:
        yield path, one, other


def _are_named(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, Mapping) and ("name" in item or "from" in item) for item in value
    )


def _by_name(items: Json) -> dict[str, Json]:
    return {str(item.get("name", item.get("from"))): item for item in items}


def _written(name: str) -> str:
    return name if re.fullmatch(r"[\w -]+", name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
