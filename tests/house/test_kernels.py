"""Rules for the source of kernels, without which the compiled and the plain twin part."""

import ast
from pathlib import Path

import numpy as np
import pytest

from house.source import PACKAGE, is_kernel, kernels_of, modules
from house.twins import COLUMNS, arguments, every_function

#: What kernels may take from NumPy: types and constants; allocation only where it is not hot.
NUMPY = {
    "uint64",
    "int64",
    "uint32",
    "int32",
    "uint8",
    "int8",
    "float64",
    "bool_",
    "nan",
    "inf",
    "pi",
    "empty",
    "zeros",
}
NAMES = {"pow", "hypot", "lgamma", "sum", "fsum", "prange", "print", "open", "eval", "round"}


def problems(text: str) -> list[str]:
    """Every breach of the kernel rules in a module's text, as line and rule."""
    found = []
    for kernel in kernels_of(text):
        for node in (each for line in kernel.body for each in ast.walk(line)):  # annotations are not compiled
            rule = breach(node)
            if rule:
                found.append(f"{kernel.name}:{node.lineno}: {rule}")
    return found


def breach(node: ast.AST) -> str:
    """The rule that a node breaks, or nothing."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        if isinstance(node.op, ast.Pow):
            return "** (write x * x or math.sqrt)"
        if isinstance(node.op, ast.MatMult):
            return "@ (write the loops)"
    if isinstance(node, (ast.Try, ast.With, ast.Raise, ast.JoinedStr, ast.Yield, ast.Lambda)):
        return type(node).__name__
    if isinstance(node, ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner in ("np", "numpy") and node.attr not in NUMPY:
            return f"np.{node.attr} (use math, or loops)"
        if owner == "math" and node.attr in NAMES | {"dist", "gamma", "cbrt", "exp2"}:
            return f"math.{node.attr}"
        if node.attr in ("dot", "sum", "mean", "prod"):
            return f".{node.attr} (write the loop)"
    if isinstance(node, ast.Name) and node.id in NAMES:
        return node.id
    if isinstance(node, ast.keyword) and node.arg in ("fastmath", "parallel"):
        return str(node.arg)
    return ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_kernels_keep_to_the_rules(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "y = x ** 2",
        "y = x @ x",
        "y = np.sin(x)",
        "y = math.hypot(x, x)",
        "y = math.lgamma(x)",
        "y = np.dot(x, x)",
        "y = x.sum()",
        "y = np.linalg.norm(x)",
        "y = pow(x, 2)",
        "x **= 2",
    ],
)
def test_a_breach_is_seen(line: str) -> None:
    head = 'import math\nimport numpy as np\n@kernel("f8(f8)")\ndef f(x):\n'
    assert problems(f"{head}    {line}\n    return y\n")
    assert problems(f"{head}    try:\n        y = x\n    except ValueError:\n        y = x\n    return y\n")
    assert not problems(f"{head}    y = math.sqrt(x * x) + np.float64(x)\n    return y\n")
    assert not problems(f"def host(x):\n    {line}\n    return y\n")


def test_fast_math_is_off_and_spelled_nowhere_else() -> None:
    from openiads.base.compiled import OPTIONS

    assert OPTIONS["fastmath"] is False
    named = [path for path in modules() if "fastmath" in path.read_text(encoding="utf-8")]
    assert [path.name for path in named] == ["kernel_options.py"]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_function_that_is_no_kernel_is_fully_annotated(path: Path) -> None:
    bare = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.FunctionDef) and (is_kernel(node) or is_rule(path, node)):
            continue
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments_ = [a for a in every if a.arg not in ("self", "cls")]
        if node.returns is None or any(a.annotation is None for a in arguments_):
            bare.append(f"{node.name}:{node.lineno}")
    assert bare == []


def is_rule(path: Path, node: ast.FunctionDef) -> bool:
    """Built-in doctrine rules look like a user's: plain functions whose signature is that of their hook."""
    return path.parent.name == "doctrine" and {a.arg for a in node.args.args} >= {"own", "picture"}


def test_the_functions_of_math_in_use_are_those_compared() -> None:
    used = {
        node.attr
        for path in modules()
        for kernel in kernels_of(path.read_text(encoding="utf-8"))
        for node in ast.walk(kernel)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math"
    }
    assert used - {"pi", "tau", "e", "inf", "nan"} <= set(COLUMNS)


@pytest.mark.compiled_only
def test_compiled_and_plain_functions_agree_bit_for_bit_on_a_hundred_thousand_inputs() -> None:
    x, y = arguments(100_000)
    compiled, plain = (np.full(x.shape, np.nan) for _ in range(2))
    every_function(x, y, compiled)
    every_function.py_func(x, y, plain)
    differing = {
        name: int((compiled[row].view(np.int64) != plain[row].view(np.int64)).sum())
        for row, name in enumerate([*COLUMNS, "arithmetic"])
    }
    assert {name: count for name, count in differing.items() if count} == {}
