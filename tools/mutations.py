"""The single mutants of a module: one small fault each, cut into the text so that the rest stays byte for byte.

A site is a place in a module's syntax tree that can be got wrong; its mutants are the ways.  Nothing is made of what no
test of a law could tell: messages, docstrings, annotations, decorators, imports and assertions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

#: Operators by what they are taken for: a boundary moved, a sense turned round, an operation for its inverse.
COMPARED: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
COMBINED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
TAKEN_FOR = {"min": "max", "max": "min", "floor": "ceil", "ceil": "floor", "sin": "cos", "cos": "sin"}
TAKEN_FOR |= {"any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}
KEPT_ORDER = frozenset({"isinstance", "issubclass", "getattr", "setattr", "zip", "TypeVar", "min", "max"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault in one module.

    Attributes
    ----------
    file : str
        The module, as ``physics/motion.py``.
    function : str
        The function, with its class; empty for a constant of the module.
    kind : str
        What kind of fault it is.
    line : int
        Where, from 1.
    start, end : int
        The bytes that are replaced.
    old, new : str
        What stands there, and what stands there instead.
    nth : int
        Which of the sites of its function that read like this, from 0: lines move, this stays.
    kernel : bool
        Whether the function is a kernel.
    """

    file: str
    function: str
    kind: str
    line: int
    start: int
    end: int
    old: str
    new: str
    nth: int
    kernel: bool

    @property
    def site(self) -> str:
        """A name of the place that stays when other lines move."""
        return f"{self.file}:{self.function}:{self.old}:{self.nth}"

    @property
    def key(self) -> str:
        """A name of the mutant that stays when other lines move."""
        return f"{self.site}:{self.kind}:{self.new}"

    def told(self) -> str:
        """One line for a report."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        where = f"{self.file}:{self.line}" + (f" {self.function}" if self.function else "")
        return f"{where}: {self.kind}: {old}  ->  {new}"

    def within(self, source: bytes) -> bytes:
        """The module's text with this fault."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants_of(source: bytes, file: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text; a few may be no Python or the same program
    (`is_another`)."""
    found = _Finder(source, file)
    found.visit(ast.parse(source))
    return found.mutants


def is_another(mutant: Mutant, source: bytes) -> bool:
    """Whether a mutant of this text is valid Python and another program."""
    try:
        return ast.dump(ast.parse(mutant.within(source))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def sample(modules: Mapping[str, bytes], seed: int, number: int) -> list[Mutant]:
    """``number`` mutants of modules (name -> text), at most one a site, the same for the same seed: each site has its
    rank by the seed and its name, so that a smaller sample begins a larger one and a change elsewhere moves nothing."""
    sites: dict[str, list[Mutant]] = {}
    for file, source in modules.items():
        for each in mutants_of(source, file):
            sites.setdefault(each.site, []).append(each)
    chosen: list[Mutant] = []
    for site in sorted(sites, key=lambda site: _rank(seed, site)):
        if len(chosen) >= number:
            break
        one = sites[site][_rank(seed + 1, site) % len(sites[site])]
        if is_another(one, modules[one.file]):
            chosen.append(one)
    return chosen


def _rank(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "big")


class _Finder(ast.NodeVisitor):
    """Walks a module and gathers its mutants."""

    def __init__(self, source: bytes, file: str) -> None:
        self.source, self.file = source, file
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.mutants: list[Mutant] = []
        self.names: list[str] = []
        self.kernel = False
        self.seen: dict[tuple[str, str], list[int]] = {}

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The bytes of a node."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        """What stands there."""
        start, end = self.span(node)
        return self.source[start:end].decode()

    def add(self, kind: str, node: ast.expr | ast.stmt, new: str, among: tuple[int, int] | None = None) -> None:
        """A mutant that replaces a node, or only the bytes ``among`` of it."""
        begin, end = self.span(node)
        old = self.source[begin:end].decode()
        if among is not None:
            new = (self.source[begin : among[0]] + new.encode() + self.source[among[1] : end]).decode()
        function = ".".join(self.names)
        places = self.seen.setdefault((function, old), [])
        if begin not in places:
            places.append(begin)
        nth = places.index(begin)
        self.mutants.append(Mutant(self.file, function, kind, node.lineno, begin, end, old, new, nth, self.kernel))

    def between(self, left: ast.expr, right: ast.expr, sign: str) -> tuple[int, int] | None:
        """Where an operator stands between two operands."""
        low, high = self.span(left)[1], self.span(right)[0]
        at = self.source.find(sign.encode(), low, high)
        return None if at < 0 else (at, at + len(sign))

    # ------------------------------------------------------------------ where nothing is made

    def visit_Raise(self, node: ast.Raise) -> None:
        """Messages are no laws of this kind."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """What an assertion says is for readers and type checkers."""

    def visit_Import(self, node: ast.Import) -> None:
        """Names of others."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Names of others."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Text; Python 3.11 does not know where the parts of one stand."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The value alone."""
        if node.value is not None:
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Without decorators and bases."""
        self.names.append(node.name)
        for each in node.body:
            self.visit(each)
        self.names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Defaults and body, without decorators and annotations."""
        before = self.kernel
        self.kernel = any("kernel" in ast.dump(mark) for mark in node.decorator_list)
        self.names.append(node.name)
        for default in (*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)):
            self.visit(default)
        for each in node.body:
            self.visit(each)
        self.names.pop()
        self.kernel = before

    # ------------------------------------------------------------------ expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        """A boundary moved by one, or the comparison turned round."""
        operands = [node.left, *node.comparators]
        for left, sign, right in zip(operands, node.ops, operands[1:], strict=False):
            old, others = COMPARED[type(sign)]
            place = self.between(left, right, old)
            for other in others if place else ():
                self.add("comparison", node, other, place)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """An operation for its inverse, or a term dropped."""
        if any(isinstance(each, ast.JoinedStr) or _is_text(each) for each in (node.left, node.right)):
            return
        if type(node.op) in COMBINED:
            old, other = COMBINED[type(node.op)]
            place = self.between(node.left, node.right, old)
            if place:
                self.add("operator", node, other, place)
            self.add("dropped term", node, f"({self.text(node.left)})")
            if isinstance(node.op, ast.Add | ast.Mult):
                self.add("dropped term", node, f"({self.text(node.right)})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """``and`` for ``or``, or a condition dropped."""
        old, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        if len(node.values) == 2:
            place = self.between(node.values[0], node.values[1], old)
            if place:
                self.add("logic", node, other, place)
        for k in range(len(node.values)):
            rest = [f"({self.text(each)})" for i, each in enumerate(node.values) if i != k]
            self.add("dropped condition", node, "(" + f" {old} ".join(rest) + ")")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """A sign or a negation forgotten."""
        if isinstance(node.op, ast.USub):
            self.add("sign", node, f"({self.text(node.operand)})")
        elif isinstance(node.op, ast.Not):
            self.add("negation", node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """A number off by one or by a tenth; a truth turned round."""
        value = node.value
        if isinstance(value, bool):
            self.add("constant", node, str(not value))
        elif isinstance(value, int):
            self.add("constant", node, str(value + 1))
            self.add("constant", node, str(value - 1) if value else "-1")
        elif isinstance(value, float):
            self.add("constant", node, repr(value * 1.1) if value else "1.0")

    def visit_Call(self, node: ast.Call) -> None:
        """One function for its like, arguments swapped, one step more or less."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name.endswith(("Error", "Errors")):
            return
        if name in TAKEN_FOR:
            end = self.span(node.func)[1]
            self.add("function", node, TAKEN_FOR[name], (end - len(name), end))
        if name == "range" and node.args:
            last = node.args[min(len(node.args), 2) - 1]
            for step in ("- 1", "+ 1"):
                self.add("one off", node, f"({self.text(last)}) {step}", self.span(last))
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        if name not in KEPT_ORDER and len(plain) == len(node.args):
            for one, two in zip(plain, plain[1:], strict=False):
                if not (_is_text(one) or _is_text(two)) and type(one) is type(two):
                    start, end = self.span(one)[0], self.span(two)[1]
                    middle = self.source[self.span(one)[1] : self.span(two)[0]].decode()
                    self.add("swapped arguments", node, self.text(two) + middle + self.text(one), (start, end))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """The other branch."""
        self.add("condition", node, f"not ({self.text(node.test)})", self.span(node.test))
        self.generic_visit(node)

    # ------------------------------------------------------------------ statements

    def visit_If(self, node: ast.If) -> None:
        """The other branch; never the branch."""
        if "TYPE_CHECKING" in ast.dump(node.test) or not self.names:
            return
        for new in (f"not ({self.text(node.test)})", "False"):
            self.add("condition", node.test, new)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        """A loop that goes on."""
        self.add("loop", node, "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        """A loop that ends."""
        self.add("loop", node, "break")

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The inverse, or nothing done."""
        if type(node.op) in COMBINED:
            old, other = COMBINED[type(node.op)]
            low, high = self.span(node.target)[1], self.span(node.value)[0]
            at = self.source.find(f"{old}=".encode(), low, high)
            if at >= 0 and not _is_text(node.value) and not isinstance(node.value, ast.List | ast.JoinedStr):
                self.add("operator", node, other, (at, at + len(old)))
        self.add("dropped statement", node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """A change of state forgotten."""
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self.add("dropped statement", node, "pass")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call forgotten; docstrings are no code."""
        if isinstance(node.value, ast.Call):
            self.add("dropped statement", node, "pass")
            self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """Of a kernel the other sign."""
        if self.kernel and isinstance(node.value, ast.Name | ast.BinOp | ast.Call):
            self.add("returned value", node.value, f"-({self.text(node.value)})")
        self.generic_visit(node)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
