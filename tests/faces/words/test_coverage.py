"""What is said of a map of coverage."""

import pytest

from engine.scenes import CLEAR, raid, scene
from engine.test_early_warning import eye, sensor
from openiads.faces.words.coverage import conditions
from openiads.reach.coverage import DetectionQuestion, coverage, map_around
from openiads.reach.scenes import Air, radar_world
from openiads.scenario.load import load


@pytest.mark.compiled_only
def test_a_radar_that_moves_is_shown_where_its_way_begins_and_that_is_said() -> None:
    """Expected: the sentence of a map names the sensor in orbit and the radars of a ship, and nobody that stands."""
    scenes = {"moves": scene(raid("West"), model=CLEAR, early_warning=[sensor()], catalog=eye()).scenario}
    scenes |= {"move": load("moskva_2015"), "": load("tartus_2016")}
    for word, scenario in scenes.items():
        world = radar_world(scenario, Air())
        rows = [k for k in range(len(world.rows["radars"])) if world.rows["radars"][k]["emitting"]]
        question = DetectionQuestion((1000.0,), "sea", 1.0)
        found = coverage(world, question, rows, where=map_around(world, rows, question, cells=10))
        assert (f" {word}: shown from where the way begins" in conditions(found)) == bool(word), conditions(found)
