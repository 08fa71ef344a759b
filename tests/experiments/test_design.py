from pathlib import Path

import pytest

from house.source import ROOT
from openiads.base.errors import InputError, InputErrors
from openiads.experiments.design import MOST_POINTS, Study, is_study, load_study, quick_study
from openiads.experiments.factors import Factor
from openiads.experiments.variation import some_of, varied
from openiads.scenario.load import load

HEAD = """format = 1
name = "s"
scenario = "one_on_one"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_study(written(tmp_path, text))
    assert caught.value.exit_code == 65
    return [line.replace(str(tmp_path), "") for line in str(caught.value).splitlines()]


def test_paths_with_and_without_quotes_mean_the_same(tmp_path: Path) -> None:
    quoted = load_study(
        written(tmp_path, HEAD + '[vary]\n"site.Guard.rounds" = [0, 2]\n"knob.48n6e2.drag" = [0.9, 1]\n')
    )
    dotted = load_study(written(tmp_path, HEAD + "[vary]\nsite.Guard.rounds = [0, 2]\nknob.48n6e2.drag = [0.9, 1]\n"))
    assert quoted.canonical() == dotted.canonical()
    assert [p.values["site.Guard.rounds"] for p in quoted.points] == [0, 0, 2, 2]
    assert [p.knobs["48n6e2.drag"] for p in quoted.points] == [0.9, 1.0, 0.9, 1.0]
    assert quoted.variant(quoted.points[3]).sites[0].rounds == 2


def test_ranges_of_whole_numbers_and_of_quantities_become_levels_of_a_grid(tmp_path: Path) -> None:
    text = """[vary]
site.Guard.rounds = {from = 0, to = 4, step = 2}
raid.Intruder.speed = {from = "200 m/s", to = "0.25 km/s", step = "25 m/s"}
model.kill_probability = {from = 0.1, to = 0.3, step = 0.1}
"""
    study = load_study(written(tmp_path, HEAD + text))
    levels = [factor.levels for factor in study.factors]
    assert levels == [(0, 2, 4), ("200 m/s", "225 m/s", "250 m/s"), (0.1, 0.2, 0.3)]
    assert study.size == 27 == len(study.points)


def test_a_scenario_file_is_found_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(load("one_on_one").toml(), encoding="utf-8")
    text = HEAD.replace('"one_on_one"', '"mine.toml"') + "[vary]\nsite.Guard.rounds = [0, 2]\n"
    assert load_study(written(tmp_path, text)).scenario == load("one_on_one")
    assert is_study(tmp_path / "study.toml") and not is_study(tmp_path / "mine.toml")


WRONG = {
    "site.Gaurd.rounds = [1]": 'nothing here is named "Gaurd". Nearest: "Guard"',
    "site.Guard.roundz = [1]": '"roundz" leads nowhere. Nearest: "rounds"',
    "sites.Guard.rounds = [1]": '"sites" leads nowhere. Nearest: "site"',
    'raid.Intruder.speed = {from = "4 km", to = "5 m/s", step = "1 m/s"}': 'unknown unit "km" for a speed',
    'raid.Intruder.speed = {from = 4, to = "5 m/s", step = "1 m/s"}': "4 has no unit",
    "site.Guard.rounds = {from = 4, to = 1, step = 1}": "an empty range",
    "site.Guard.rounds = {from = 1.5, to = 4, step = 1}": "not a whole number",
    "site.Guard.rounds = {from = 1, to = 4}": "a range without step",
    "site.Guard.rounds = {from = 1, to = 4, stepp = 1}": 'unknown key. Nearest: "step"',
    "site.Guard.rounds = {to = 4, step = 1}": "from is missing",
    "site.Guard.rounds = []": "no values",
    "site.Guard.rounds = 3": "neither a list of values nor a range",
    "site.Guard.rounds = [3, 3]": "a value is given twice",
    "site.Guard.rounds = [3, -1]": "rounds[2] = -1: out of range. Allowed: 0 to 128.",
    'site.Guard.rounds = "interval"': "has no interval",
    'world.earth_factor = "interval"': 'Write "knob.world.earth_factor" = "interval"',
    "knob.48n6e2.drga = [1]": 'this scenario has no such knob. Nearest: "48n6e2.drag"',
    'knob.48n6e2.drag = "interval"': 'design = "grid" needs single values',
    'knob.48n6e2.drag = ["1"]': "not a number",
    "knob.48n6e2.pk = [1.5]": "out of range. Its interval is 0 to 1",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    (told,) = problems(tmp_path, HEAD + "[vary]\n" + line + "\n")
    assert told.startswith("/study.toml:5: vary.")
    assert WRONG[line] in told


def test_everything_wrong_is_told_at_once_in_file_order(tmp_path: Path) -> None:
    text = HEAD.replace("one_on_one", "one_on_two") + 'seeed = 1\nmetrics = ["leaker"]\ndesign = "gird"\n[vary]\n'
    lines = problems(tmp_path, text)
    assert [int(line.split(":")[1]) for line in lines] == [3, 4, 5, 6, 7]
    assert 'Nearest: "one_on_one"' in lines[0] and 'Nearest: "seed"' in lines[1]
    both = HEAD + 'seed = -1\nmetrics = ["leaker"]\nuntil = "x"\n[vary]\nsite.Guard.roundz = [1]\nduration = ["1 km"]\n'
    lines = problems(tmp_path, both)
    assert [int(line.split(":")[1]) for line in lines] == [4, 5, 6, 8, 9]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing varies"),
        ("points = 8\n[vary]\nsite.Guard.rounds = [1]\n", "a grid has as many points as its values make"),
        ('design = "sobol"\n[vary]\nsite.Guard.rounds = [1]\n', "needs points"),
        ('design = "sobol"\npoints = 100\n[vary]\nsite.Guard.rounds = [1]\n', "Give 128"),
        ('design = "sobol"\npoints = 0\n[vary]\nsite.Guard.rounds = [1]\n', "no points"),
        ('design = "knowledge"\npoints = 4\nknobs = ["48n6.*"]\n', "matches no knob"),
        ('knobs = ["48n6e2.*"]\n[vary]\nsite.Guard.rounds = [1]\n', 'sampled by design = "knowledge" alone'),
        ("[set]\nsite.Guard.rounds = 1\n[vary]\nsite.Guard.rounds = [1]\n", "is set and varied"),
    ],
)
def test_designs_that_make_no_sense_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    assert any(reason in line for line in problems(tmp_path, HEAD + text))


def test_values_that_are_right_alone_and_wrong_together_are_told_before_anything_runs(tmp_path: Path) -> None:
    mine = load("one_on_one").with_values({"model.arrival_rate": "0.1 1/s"})
    (tmp_path / "mine.toml").write_text(mine.toml(), encoding="utf-8")
    vary = '[vary]\nmodel.arrivals = ["scheduled", "poisson"]\nmodel.arrival_rate = ["0 1/s", "0.2 1/s"]\n'
    (line,) = problems(tmp_path, HEAD.replace("one_on_one", "mine.toml") + vary)
    assert "point 2 (model.arrivals = poisson, model.arrival_rate = 0 1/s): " in line
    assert "needs an arrival_rate above 0" in line


def test_knobs_that_contradict_each_other_are_no_problem_of_a_study(tmp_path: Path) -> None:
    """The build caps the kill probability, as in a single run with these knobs."""
    text = HEAD + "[set]\nknob.48n6e2.reliability = 0.8\n[vary]\nknob.48n6e2.pk = [0.5, 1]\n"
    study = load_study(written(tmp_path, text))
    assert [p.knobs for p in study.points] == [{"48n6e2.reliability": 0.8, "48n6e2.pk": x} for x in (0.5, 1.0)]


def test_what_is_set_holds_at_every_point_and_is_part_of_the_study(tmp_path: Path) -> None:
    text = HEAD + '[set]\nduration = "200 s"\nknob.48n6e2.drag = 0.9\n[vary]\nsite.Guard.rounds = [0, 2]\n'
    study = load_study(written(tmp_path, text))
    assert study.scenario.duration == 200.0
    assert [p.knobs for p in study.points] == [{"48n6e2.drag": 0.9}] * 2
    assert study.canonical()["set"] == {"knob.48n6e2.drag": 0.9}


def test_knowledge_samples_every_knob_in_doubt_but_those_set_or_varied() -> None:
    study = quick_study("raid24", design="knowledge", points=3, vary={"knob.48n6e2.drag": [0.9, 1.1]})
    names = set(study.points[0].knobs)
    assert {"48n6e2.drag", "world.earth_factor", "30n6e2.snr", "f16.signature"} <= names
    assert [f.path for f in study.sampled].count("knob.48n6e2.drag") == 0
    assert len({point.knobs["world.earth_factor"] for point in study.points}) == 3
    some = quick_study("raid24", design="knowledge", points=3, knobs=("48n6e2.*",))
    assert {name.split(".")[0] for name in some.points[0].knobs} == {"48n6e2"}


def test_weighting_moves_the_sample_toward_the_nominal_value() -> None:
    def spread(weighting: str) -> float:
        vary = {"knob.48n6e2.drag": "interval"}
        study = quick_study("one_on_one", design="latin_hypercube", points=64, weighting=weighting, vary=vary)
        return max(abs(p.knobs["48n6e2.drag"] - 1) for p in study.points)

    assert spread("triangular") < spread("uniform")


def test_seeds_are_common_or_one_for_each_point() -> None:
    study = quick_study("one_on_one", vary={"site.Guard.rounds": [0, 1, 2]})
    assert {study.seed_of(p) for p in study.points} == {1}
    own = quick_study("one_on_one", seeds="independent", vary={"site.Guard.rounds": [0, 1, 2]})
    assert len({own.seed_of(p) for p in own.points}) == 3


def test_absurd_designs_need_a_yes_and_empty_ones_are_refused() -> None:
    many = Study("s", None, tuple(Factor(f"f{k}", tuple(range(101))) for k in range(3)))
    assert many.size == 101**3 > MOST_POINTS
    with pytest.raises(InputError, match=r"1,030,301 points, more than 1,000,000.*--yes"):
        many.refuse_absurd(False)
    many.refuse_absurd(True)
    with pytest.raises(InputError, match="no points"):
        Study("s", None, (), design="latin_hypercube").refuse_absurd(True)


def test_a_range_of_very_many_values_is_refused_before_they_are_made() -> None:
    asked = {"from": "5 m", "to": "50 m", "step": "0.0001 m"}
    with pytest.raises(InputError, match=r"450,000 steps, more than 20,000.*larger step"):
        quick_study("one_on_one", vary={"site.Guard.mast": asked})
    tried = some_of(range(15_001))
    assert (tried[0], tried[-1], len(tried)) == (0, 15_000, 300)
    assert some_of((1, 2)) == (1, 2)


def test_options_replace_keys_and_add_to_what_varies(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "seed = 4\nreplications = 9\n[vary]\nsite.Guard.rounds = [0, 2]\n")
    study = load_study(path, seed=5, replications=None, vary={"site.Guard.launchers": [1, 2]})
    assert (study.seed, study.replications, study.size) == (5, 9, 4)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a.b=1,2,3", ("a.b", [1, 2, 3])),
        ("a.b=1", ("a.b", [1])),
        ("a.b=100 m,1 km", ("a.b", ["100 m", "1 km"])),
        ('a.b=["x, y", "z"]', ("a.b", ["x, y", "z"])),
        ("a.b={from=1, to=3, step=1}", ("a.b", {"from": 1, "to": 3, "step": 1})),
        ("knob.x.pk=interval", ("knob.x.pk", "interval")),
    ],
)
def test_vary_of_the_command_line(text: str, pair: tuple[str, object]) -> None:
    assert varied(text) == pair


def test_a_study_that_is_no_file_and_a_bad_option_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_study(tmp_path / "none.toml")
    with pytest.raises(InputErrors, match="fire_units"):
        quick_study("tartus_2016", vary={"site.Tartus.fire_unit": [1]})
    with pytest.raises(InputError, match="--vary a: not path=value"):
        varied("a")


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "studies").glob("*.toml")), ids=lambda p: p.stem)
def test_the_examples_are_in_order(path: Path) -> None:
    study = load_study(path)
    assert study.size == len(study.points) > 1
    assert study.name == path.stem
