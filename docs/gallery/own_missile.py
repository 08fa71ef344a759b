"""
A missile of one's own
======================

**Question.** A swarm of 24 loitering munitions comes at a port.  Would a fire unit do better with a smaller
interceptor of which a launcher carries eight instead of four, if the smaller one reaches less far and kills less
often?

**What to expect.** 24 munitions at two rounds each are 48 rounds.  A fire unit with 32 large rounds runs out, one with
64 small ones does not.  If the magazine is what binds, the small round wins although each is worse; if guidance
channels bind, the number on the launcher changes nothing.
"""

# %%
# An entry of one's own is based on an entry of the catalog and names only what differs.  Every number carries its
# status; these are invented, so they are assumptions, and a report of the run will say so.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import openiads as oi

text = """\
format = 1
name = "swarm"
question = "Do many small interceptors stop a swarm better than few large ones?"
duration = "1100 s"

[terrain]
source = "flat"

[catalog.interceptors.small_round]
based_on = "48n6e2"
title = "An invented smaller interceptor"
max_range = { value = 40, unit = "km", status = "assumption", note = "invented" }
boost_propellant = { value = 700, unit = "kg", status = "assumption", note = "invented: about half the impulse" }
boost_time = { value = 7, unit = "s", status = "assumption", note = "invented" }
pk_drone = { value = 0.6, status = "assumption", note = "invented: 0.75 for the large one" }

[catalog.launchers.eight_pack]
based_on = "5p85se"
title = "An invented launcher with eight small rounds"
carries = ["small_round"]
tubes = { value = 8, status = "assumption", note = "invented" }

[catalog.systems.small_system]
based_on = "s300pmu2"
title = "S-300PMU-2 with the invented launcher"

[[catalog.systems.small_system.launchers]]
launcher = "eight_pack"
interceptor = "small_round"
count = { value = 8, status = "assumption", note = "as the others" }
rounds = { value = 8, status = "assumption", note = "invented" }

[[asset]]
name = "Port"
at = "34.90 N 35.87 E"
radius = "600 m"

[[site]]
name = "Guard"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "245 deg"
fire_units = 1
launchers = 8
rounds = 4
defends = ["Port"]
doctrine = { fire = "shoot_look_shoot", salvo = 2, control = "free" }

[[raid]]
name = "Swarm"
threat = "shahed136"
count = 24
target = "Port"
origin = "34.70 N 35.40 E"
agl = "150 m"
spacing = "3 s"
lateral_spacing = "500 m"
"""
file = Path(tempfile.mkdtemp()) / "swarm.toml"
file.write_text(text)
large = oi.load(file)
small = large.with_values({"site.Guard.system": "small_system", "site.Guard.rounds": 8})

# %%

made = oi.compare(large, small, replications=40, seed=1)
made

# %%
# What was in the way, in seconds summed over the swarm, for the large and the small round:

columns = {
    "bound_channel": "guidance channel",
    "bound_launcher": "launcher ready",
    "bound_magazine": "interceptor left",
}
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
for k, column in enumerate(columns):
    each = made.estimate(column)
    axes.barh(k + 0.2, each.a.mean, 0.38, color="#0072b2", label="large" if k == 0 else None)
    axes.barh(k - 0.2, each.b.mean, 0.38, color="#d55e00", label="small" if k == 0 else None)
axes.set_yticks(range(len(columns)), [f"no {words}" for words in columns.values()])
axes.set(xlabel="seconds that threats could not be engaged for this, in a raid")
axes.set_title("With twice the rounds the channels bind, not the magazine", loc="left", fontsize=11)
axes.legend(frameon=False)

# %%
# **What one sees.** The large rounds are gone early, long before the last munition.  With the small ones nearly every
# munition is shot down although each shot is worse, and what limits now is how many can be guided at once: still more
# rounds would bring little.  The first launch comes later, because the small round does not reach as far.
#
# **Limits.** The round is invented and so are its numbers; a real one would differ in more than four of them.  Against
# faster targets the lost reach would cost shots, which a slow swarm does not show.
