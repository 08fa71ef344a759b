"""
A doctrine of one's own
=======================

**Question.** A site has 12 interceptors against 10 threats: six aircraft first, four low cruise missiles behind them.
The crew's standing rule is a salvo of two, look, and again.  Would a rule that fires one round at what is still far
off, and two at what is close, let fewer through?

**What to expect.** Twelve rounds in pairs are six engagements, so at least four threats meet an empty launcher.  One
at a time there is a round for each and two to spare; what the first round misses and is close by then gets two.
Fewer should get through, unless the second look comes too late.
"""

# %%
# A fire rule is a Python function.  It sees one engagement and the air picture of the command post, never the ground
# truth, and returns an order (:doc:`how to write one </docs/how-to/doctrine>`).  It lies in a file beside the
# scenario, which names it.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import openiads as oi

folder = Path(tempfile.mkdtemp())
rule = folder / "my_rules.py"
rule.write_text('''\
from openiads.doctrine import FIRE, HOLD, Order


def two_when_close(own, picture, dials, draw):
    """One round at a track, two if it arrives within dials[0] seconds; then wait for the result."""
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    rounds = 2 if own.time_to_asset < dials.value[0] else 1
    return Order(FIRE, own.track, min(rounds, own.loaded))
''')

scenario = folder / "guard.toml"
scenario.write_text("""\
format = 1
name = "guard"
question = "Does a rule of one's own spend twelve rounds better than salvos of two?"
duration = "600 s"

[terrain]
source = "flat"

[[asset]]
name = "Depot"
at = "34.92 N 35.90 E"
radius = "500 m"

[[site]]
name = "Guard"
system = "s300pmu2"
at = "34.95 N 35.92 E"
facing = "270 deg"
fire_units = 1
launchers = 3
rounds = 4
defends = ["Depot"]
doctrine = { fire = "shoot_look_shoot", salvo = 2, control = "free" }

[[raid]]
name = "Aircraft"
threat = "f16"
count = 6
target = "Depot"
origin = "34.92 N 34.80 E"
altitude = "6 km"
spacing = "5 s"
lateral_spacing = "1 km"

[[raid]]
name = "Cruise"
threat = "tomahawk"
count = 4
target = "Depot"
origin = "34.80 N 34.90 E"
agl = "50 m"
spacing = "5 s"
lateral_spacing = "1 km"
""")

standing = oi.load(scenario)
own = standing.with_values(
    {"site.Guard.doctrine.fire": "my_rules.py:two_when_close", "site.Guard.doctrine.dials": [60]}
)

# %%
# Both rules are run with common random numbers, and the differences are taken in pairs:

made = oi.compare(standing, own, replications=60, seed=1)
for metric in ("leakers", "aircraft_leakers", "cruise_leakers", "rounds_fired"):
    each = made.estimate(metric)
    print(f"{metric:17s} standing {each.a.mean:5.2f}   own {each.b.mean:5.2f}   own - standing {each}")

# %%

kinds = {"aircraft_leakers": "aircraft (of 6)", "cruise_leakers": "cruise missiles (of 4)"}
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for k, metric in enumerate(kinds):
    each = made.estimate(metric)
    for side, shift, color, label in ((each.a, 0.2, "#0072b2", "salvo of two"), (each.b, -0.2, "#d55e00", "own rule")):
        axes.barh(k + shift, side.mean, 0.38, color=color, label=label if k == 0 else None)
        axes.plot([side.low, side.high], [k + shift] * 2, color="#24292f", lw=1.5)
axes.set_yticks(range(len(kinds)), list(kinds.values()))
axes.set(xlabel="get through, mean of a raid with 95 % interval")
axes.set_title("Rounds saved on the aircraft are there for the missiles", loc="left", fontsize=11)
axes.legend(frameon=False)

# %%
# **What one sees.** As expected: salvos of two spend all twelve rounds on the six aircraft, and each of the four
# cruise missiles finds the launchers empty.  One at a time, six rounds stop nearly as many aircraft, since a miss
# leaves time for another.
#
# **Limits.** This is about twelve rounds against ten threats that come one after another.  Where channels or time are
# short and rounds are not, a salvo of two may be better; change ``launchers`` and see.  The scenario is invented and
# the rule is no advice for any real crew.
