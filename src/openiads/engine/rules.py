"""The fire rule of a world: a user's, read from its file, checked and compiled; or a stand-in."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

from openiads.base import compiled
from openiads.base.errors import InputError
from openiads.base.paths import is_file
from openiads.doctrine import contracts
from openiads.doctrine.contracts import adopt, never_asked
from openiads.world.build import World

#: What a user's rule may raise; the runner asks here, because it does not see doctrine itself.
RULE_ERRORS = contracts.RULE_ERRORS


def rule_of(world: World) -> compiled.Kernel:
    """The world's fire rule as the engine takes it: the user's, checked and compiled, or a stand-in."""
    if not world.rule_text:
        return compiled.as_first_class(never_asked)
    file, _, name = world.rule_text.partition(":")
    folder = getattr(world.scenario, "_folder", None)
    path = Path(file) if folder is None else Path(folder) / file
    if not is_file(path):
        raise InputError(world.rule_text, "no such file", f"Put the rule in {path}.")
    # The name holds the text's hash, so that an edited rule is another module to the compile cache; what is cached
    # can only be loaded while the module is among those imported.
    text = hashlib.sha256(str(path).encode() + path.read_bytes()).hexdigest()[:16]
    spec = importlib.util.spec_from_file_location(f"user_rule_{path.stem}_{text}", path)
    if spec is None or spec.loader is None:
        raise InputError(world.rule_text, "is no Python file", "Rules stand in files that end in .py.")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, *RULE_ERRORS) as problem:
        reason = f"{path.name} cannot be read: {type(problem).__name__}: {problem}"
        raise InputError(world.rule_text, reason, "Mend the file; it must import by itself.") from problem
    function = getattr(module, name, None)
    if function is None:
        raise InputError(world.rule_text, f"{path.name} has no function {name!r}", "Check the name after the colon.")
    dials = [site.doctrine.dials for site in world.scenario.sites if site.doctrine.fire == world.rule_text]
    return adopt(function, world.rule_text, dials[0] if dials else ())
