"""A fire rule from the user's own file: it fights as it says, and what is wrong with it is told or contained."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.recfunctions import repack_fields
from typer.testing import CliRunner

from openiads.base.errors import InputError
from openiads.engine.runner import Result, Runner
from openiads.faces.cli import main
from openiads.runs import replicate
from openiads.scenario.load import load
from openiads.world.build import build
from openiads.world.codes import Event, Status
from openiads.world.outcome import OUTCOME

pytestmark = pytest.mark.compiled_only

#: Two aircraft, three rounds on two launchers, kills 0.5: room for second salvos, for waiting and for running out.
SCENE = """
format = 1
name = "own rule"
duration = "240 s"
[model]
detection = "range"
detection_range = "100 km"
kill = "constant"
kill_probability = 0.5
assessment = "perfect"
false_alarms = false
attenuation = false
[terrain]
source = "flat"
[[asset]]
name = "Depot"
at = "34.92 N 35.90 E"
radius = "500 m"
[[site]]
name = "Guard"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "270 deg"
launchers = 2
rounds = 3
low_altitude = "none"
defends = ["Depot"]
doctrine = {{ fire = "{fire}", salvo = 2, control = "free", dials = [{dials}] }}
[[raid]]
name = "Pair"
threat = "f16"
count = 2
target = "Depot"
origin = "34.92 N 35.40 E"
altitude = "6 km"
speed = "250 m/s"
spacing = "5 s"
"""

HEAD = "from openiads.doctrine.contracts import BREAK_OFF, FIRE, HOLD, Order, uniform\n\n"
SAME = """
def rule(own, picture, dials, draw):
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    return Order(FIRE, own.track, min(own.salvo, own.loaded))
"""
WRITES = """
def rule(own, picture, dials, draw):
    for k in range(picture.size):
        picture.identity[k] = 4
        picture.kind[k] = 4
        picture.threatening[k] = 0
        picture.in_flight[k] = 9
        picture.time_to_asset[k] = -1.0
        for axis in range(3):
            picture.position[k, axis] = 0.0
            picture.velocity[k, axis] = 1e9
    for i in range(8):
        dials.value[i] = 1e9
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    return Order(FIRE, own.track, min(own.salvo, own.loaded))
"""
RAISES_LATER = """
def rule(own, picture, dials, draw):
    if own.now < 45.0:
        raise ValueError("not before 45 s")
    return HOLD
"""


def written(folder: Path, text: str, name: str = "rule", dials: str = "", file: str = "own.py") -> Path:
    """A scenario in ``folder`` whose fire rule is a function of a file with this text; its path."""
    (folder / file).write_text(HEAD + text, encoding="utf-8")
    return with_fire(folder, f"{file}:{name}", dials)


def with_fire(folder: Path, fire: str, dials: str = "") -> Path:
    path = folder / "own.toml"
    path.write_text(SCENE.format(fire=fire, dials=dials), encoding="utf-8")
    return path


def fought(path: Path, count: int = 6) -> list[Result]:
    runner = Runner(build(load(path)), 11)
    return [runner.replicate(k) for k in range(count)]


def rows(results: list[Result]) -> np.ndarray:
    """Outcome rows without the number of events: a user's rule is asked, and logged, more often."""
    found = np.concatenate([r.outcome for r in results])
    assert (found["status"] == 0).all(), [r.message for r in results]
    return repack_fields(found[[n for n in OUTCOME.names or () if n != "events_key"]])


def refused(folder: Path, text: str, *told: str, name: str = "rule") -> None:
    """The rule is refused before anything runs, in one line that names it."""
    with pytest.raises(InputError) as caught:
        fought(written(folder, text, name))
    line = str(caught.value)
    assert "\n" not in line
    assert f"own.py:{name}" in line
    for each in told:
        assert each in line, line


# ------------------------------------------------------------------ a good rule


def test_a_rule_that_says_the_same_as_a_built_in_gives_the_same(tmp_path: Path) -> None:
    own = fought(written(tmp_path, SAME), 20)
    built_in = fought(with_fire(tmp_path, "shoot_look_shoot"), 20)
    assert rows(own).tobytes() == rows(built_in).tobytes()
    fired = np.concatenate([r.outcome for r in own])["rounds_fired"]
    assert fired.max() == 6 and fired.min() < 6
    launches = [r.events[r.events["kind"] == Event.LAUNCH].tobytes() for r in own]
    assert launches == [r.events[r.events["kind"] == Event.LAUNCH].tobytes() for r in built_in]


def test_another_rule_fights_otherwise(tmp_path: Path) -> None:
    text = "def rule(own, picture, dials, draw):\n    return HOLD\n"
    held = np.concatenate([r.outcome for r in fought(written(tmp_path, text))])
    assert held["rounds_fired"].sum() == 0 and held["leakers"].min() == 2
    text = "def rule(own, picture, dials, draw):\n    return Order(BREAK_OFF, own.track, 0)\n"
    assert np.concatenate([r.outcome for r in fought(written(tmp_path, text))])["rounds_fired"].sum() == 0


def test_a_rule_reads_its_dials_and_its_own_dice(tmp_path: Path) -> None:
    text = """
def rule(own, picture, dials, draw):
    if own.fired > 0 or own.in_flight > 0:
        return HOLD
    return Order(FIRE, own.track, 1 if uniform(draw, 3) < dials.value[1] else 3)
"""
    fired = {}
    for dial in (0.0, 0.5, 1.0):
        made = fought(written(tmp_path, text, dials=f"7, {dial}"), 20)
        first = [r.events[r.events["kind"] == Event.DECIDE][0] for r in made]
        fired[dial] = [int(e["value"][1]) for e in first]
    assert set(fired[0.0]) == {3} and set(fired[1.0]) == {1}
    assert set(fired[0.5]) == {1, 3}
    again = fought(tmp_path / "own.toml", 3)
    assert [int(r.outcome["rounds_fired"][0]) for r in again] == [int(r.outcome["rounds_fired"][0]) for r in made[:3]]


def test_an_edited_rule_is_another_rule_at_once(tmp_path: Path) -> None:
    assert fought(written(tmp_path, SAME), 1)[0].outcome["rounds_fired"][0] > 0
    edited = SAME.replace("own.loaded <= 0", "own.loaded > 0")
    held = edited.replace("min(own.salvo, own.loaded)", "1")
    assert fought(written(tmp_path, held), 1)[0].outcome["rounds_fired"][0] == 0


def test_a_rule_is_read_from_the_cache_by_the_next_process(tmp_path: Path) -> None:
    path = written(tmp_path, SAME + f"\n# {tmp_path}\n")
    program = (
        "import sys\nfrom openiads.scenario.load import load\nfrom openiads.world.build import build\n"
        "from openiads.engine.runner import Runner\n"
        "r = Runner(build(load(sys.argv[1])), 11).replicate(3)\nprint(r.outcome.tobytes().hex(), r.message)"
    )
    told = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    assert told[0] == told[1]
    assert told[0].strip() == fought(path, 4)[3].outcome.tobytes().hex()


# ------------------------------------------------------------------ refused at load


def test_wrong_signature_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "def rule(own, picture, dials):\n    return HOLD\n", "3 arguments", "(own, picture, dials, draw)")
    refused(tmp_path, "rule = 3\n", "no plain function")


def test_a_missing_file_or_function_is_named(tmp_path: Path) -> None:
    refused(tmp_path, SAME, "no function 'other'", name="other")
    with pytest.raises(InputError, match=r"own\.toml:\d+: .*no file nowhere\.py"):
        fought(with_fire(tmp_path, "nowhere.py:rule"))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("1 / (own.now - own.now)", "ZeroDivisionError"),
        ("picture.identity[77]", "IndexError"),
        ("own.rounds", "AttributeError"),
        ("nothing", "NameError"),
        ("int('x')", "ValueError"),
        ("{}['a']", "KeyError"),
        ("[].append(1, 2)", "TypeError"),
        ("open('/nowhere/at/all')", "FileNotFoundError"),
    ],
)
def test_a_rule_that_raises_on_the_sample_pictures_is_refused(tmp_path: Path, body: str, told: str) -> None:
    text = f"def rule(own, picture, dials, draw):\n    {body}\n    return HOLD\n"
    refused(tmp_path, text, told, "at line 4", "sample situation")


def test_assertions_and_runtime_errors_of_a_rule_are_refused(tmp_path: Path) -> None:
    refused(
        tmp_path, "def rule(own, picture, dials, draw):\n    assert own.now < 0\n    return HOLD\n", "AssertionError"
    )
    refused(tmp_path, "def rule(own, picture, dials, draw):\n    raise RuntimeError('no')\n", "RuntimeError", "no")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("3", "not an Order"),
        ("None", "not an Order"),
        ("(2, own.track, 1)", "not an Order"),
        ("Order(9, own.track, 1)", "action 9"),
        ("Order(0, own.track, 1)", "action 0"),
        ("Order(FIRE, own.track, 0)", "0 rounds"),
        ("Order(FIRE, own.track, -2)", "-2 rounds"),
        ("Order(FIRE, own.track + 1, 2)", "track 1"),
        ("Order(FIRE, own.track, (1, 2))", "whole numbers"),
        ("Order(FIRE, own.track, 1.5)", "whole numbers"),
        ("Order(FIRE, None, 1)", "whole numbers"),
        ("Order('FIRE', own.track, 1)", "whole numbers"),
    ],
)
def test_a_rule_that_returns_nonsense_is_refused(tmp_path: Path, value: str, told: str) -> None:
    refused(tmp_path, f"def rule(own, picture, dials, draw):\n    return {value}\n", told)


def test_a_rule_that_does_not_compile_is_refused(tmp_path: Path) -> None:
    text = (
        "def rule(own, picture, dials, draw):\n    names = {'a': object()}\n"
        "    return HOLD if names else Order(FIRE, own.track, 1)\n"
    )
    refused(tmp_path, text, "cannot be compiled", "arithmetic, loops and math")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def rule(own, picture, dials, draw)\n    return HOLD\n", "SyntaxError"),
        ("import nothing_of_this_name\n" + SAME, "ModuleNotFoundError"),
        ("SCALE = 1 / 0\n" + SAME, "ZeroDivisionError"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str, told: str) -> None:
    refused(tmp_path, text, "cannot be read", told)


@pytest.mark.parametrize(
    "text",
    [
        "def rule(own, picture, dials):\n    return HOLD\n",
        "def rule(own, picture, dials, draw):\n    return 1 // 0\n",
        "def rule(own, picture, dials, draw):\n    return Order(FIRE, own.track, 0)\n",
        "def rule(own, picture, dials, draw):\n    raise RuntimeError('no')\n",
        "def rule(own, picture, dials, draw)\n",
        "def other(own, picture, dials, draw):\n    return HOLD\n",
        "def rule(own, picture, dials, draw):\n    text = str(object())\n    return HOLD if text else HOLD\n",
    ],
)
def test_the_command_line_refuses_a_bad_rule_without_a_traceback(tmp_path: Path, text: str) -> None:
    out = tmp_path / "run"
    done = CliRunner().invoke(main.app, ["run", str(written(tmp_path, text)), "-n", "2", "--out", str(out)])
    assert done.exit_code == 65
    told = done.stderr
    assert "own.py:rule" in told and "Traceback" not in told
    assert not out.exists()  # so that the mended rule can run there


def test_a_missing_rule_file_exits_with_one_line_too(tmp_path: Path) -> None:
    done = CliRunner().invoke(main.app, ["run", str(with_fire(tmp_path, "nowhere.py:rule")), "-n", "2"])
    assert done.exit_code == 65
    assert "nowhere.py" in done.stderr and "Traceback" not in done.stderr


def test_two_rules_in_one_scenario_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, SAME + SAME.replace("rule", "second"))
    site = path.read_text(encoding="utf-8").partition("[[site]]")[2].partition("[[raid]]")[0]
    more = "[[site]]" + site.replace("own.py:rule", "own.py:second").replace("Guard", "Other")
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(InputError, match="names 2 rules"):
        build(load(path))


def test_more_dials_than_a_rule_can_read_are_refused(tmp_path: Path) -> None:
    fought(written(tmp_path, SAME, dials=", ".join("12345678")), 1)
    with pytest.raises(InputError, match="dials"):
        fought(written(tmp_path, SAME, dials=", ".join("123456789")), 1)


# ------------------------------------------------------------------ contained in flight


def test_a_rule_that_raises_in_flight_fails_its_replication_only(tmp_path: Path) -> None:
    path = written(tmp_path, RAISES_LATER)
    made = replicate.run(load(path), replications=8, seed=11, jobs=2, chunk=3, out=tmp_path / "run")
    failed = made.rows()["status"] == Status.RULE_RAISED
    assert 0 < failed.sum() == made.summary()["failed_replications"]
    told = made.failures()
    assert len(told) == failed.sum()
    for failure in told:
        assert "own.py:rule" in failure["message"] and "not before 45 s" in failure["message"]
        assert failure["status"] == "rule_raised" and 0.0 < failure["time"] < 45.0
    assert [f["replication"] for f in told] == np.flatnonzero(failed).tolist()


def test_failed_replications_widen_the_estimate(tmp_path: Path) -> None:
    text = """
def rule(own, picture, dials, draw):
    if own.now != 100.0 and uniform(draw, 0) < 0.002:
        raise ValueError("at times")
    return HOLD
"""
    made = replicate.run(load(written(tmp_path, text)), replications=20, seed=3)
    failed = int((made.rows()["status"] != 0).sum())
    assert 0 < failed < 20
    leakers = made.estimate("leakers")
    assert leakers.low < 2.0 <= leakers.high  # two leak where it did not fail; where it did, none may have


def test_what_failed_replications_hold_does_not_depend_on_which_ran_before_them(tmp_path: Path) -> None:
    text = """
def rule(own, picture, dials, draw):
    if own.now != 100.0 and uniform(draw, 0) < 0.002:
        raise ValueError("at times")
    return HOLD
"""
    path = written(tmp_path, text)
    rows = replicate.run(load(path), replications=20, seed=3, jobs=1).rows()
    failed = rows[rows["status"] != 0]
    assert 0 < len(failed) < 20
    assert (failed["threats"] == 0).all() and (failed["first_detection_s"] == math.inf).all()
    runner = Runner(build(load(path)), 3)
    for replication in reversed(range(20)):
        assert runner.replicate(replication).outcome.tobytes() == rows[replication].tobytes()


@pytest.mark.parametrize(
    "value", ["Order(5, own.track, 1)", "Order(FIRE, own.track, 0)", "Order(FIRE, own.track + 1, 1)"]
)
def test_nonsense_in_flight_fails_the_replication_and_names_the_rule(tmp_path: Path, value: str) -> None:
    text = f"def rule(own, picture, dials, draw):\n    if own.now == 100.0:\n        return HOLD\n    return {value}\n"
    result = fought(written(tmp_path, text), 1)[0]
    assert result.outcome["status"][0] == Status.RULE_BAD_ORDER
    assert "own.py:rule" in result.message and "s, row" in result.message
    assert 0.0 < result.outcome["status_time"][0] < 240.0


#: An expression that divides by zero in flight, though not on the sample pictures; the error's name.
DIVISIONS = [
    ("own.salvo // nothing", "ZeroDivisionError"),
    ("own.salvo % nothing", "ZeroDivisionError"),
    ("int(own.probability / nothing)", "ZeroDivisionError"),
    ("picture.identity[own.track] // nothing", "Error"),
]


def divides(expression: str) -> str:
    return f"""
def rule(own, picture, dials, draw):
    nothing = own.fired - own.fired if own.now != 100.0 else 1
    rounds = {expression}
    return Order(FIRE, own.track, rounds) if rounds > 1000 else HOLD
"""


@pytest.mark.parametrize(("line", "told"), DIVISIONS)
def test_a_division_by_zero_fails_the_replication(tmp_path: Path, line: str, told: str) -> None:
    result = fought(written(tmp_path, divides(line)), 1)[0]
    assert result.outcome["status"][0] == Status.RULE_RAISED
    assert "own.py:rule raised" in result.message and told in result.message


def test_a_division_by_zero_raises_in_the_plain_leg_too(tmp_path: Path) -> None:
    """Where the engine hands the rule NumPy's numbers, which only warn of themselves."""
    program = """
import sys
from types import SimpleNamespace
import numpy as np
from openiads.scenario.load import load
from openiads.doctrine.contracts import sample_pictures
from openiads.engine.rules import rule_of
scenario = load(sys.argv[1])
rule = rule_of(SimpleNamespace(rule_text=scenario.sites[0].doctrine.fire, scenario=scenario))
own, picture, dials, draw = sample_pictures()[0]
own = own._replace(now=np.float64(7.0), fired=np.int64(2), salvo=np.int64(2), probability=np.float64(0.5))
try:
    rule(own, picture, dials, draw)
except ArithmeticError as problem:
    print(rule.__name__, "raised", type(problem).__name__)
"""
    environment = {**os.environ, "OPENIADS_PLAIN": "1"}
    for line, told in DIVISIONS:
        command = [sys.executable, "-c", program, str(written(tmp_path, divides(line)))]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert "rule raised" in done.stdout and told in done.stdout, (line, done.stdout, done.stderr)


def test_a_rule_cannot_reach_beyond_its_picture(tmp_path: Path) -> None:
    for line in ("picture.identity[own.track + 100000] = 7", "dials.value[8] = 1.0", "picture.position[0, 3] = 1.0"):
        text = f"def rule(own, picture, dials, draw):\n    if own.now != 100.0:\n        {line}\n    return HOLD\n"
        result = fought(written(tmp_path, text), 1)[0]
        assert result.outcome["status"][0] == Status.RULE_RAISED
        assert "own.py:rule raised IndexError" in result.message


def test_a_rule_that_writes_to_its_picture_changes_nothing(tmp_path: Path) -> None:
    honest, vandal = fought(written(tmp_path, SAME), 12), fought(written(tmp_path, WRITES), 12)
    assert rows(honest).tobytes() == rows(vandal).tobytes()
    assert all(np.array_equal(a.events, b.events) for a, b in zip(honest, vandal, strict=True))
