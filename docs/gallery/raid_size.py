"""
How large a raid is too large?
==============================

**Question.** One fire unit at Tartus, with twelve launchers and four interceptors on each, meets aircraft, cruise
missiles and ballistic missiles at once (the packaged scenario ``raid24``).  How does what gets through grow with the
number of aircraft?

**What to expect.** As long as there is a free channel and a round for everything, almost nothing gets through.  Beyond
that each further threat is one too many: the curve bends upward and ends as a straight line of slope one.  Where it
bends depends on what runs out first.
"""

# %%
# A study is a small file: a scenario, what varies, how many replications.  All points have the same seed, so that the
# points differ by the size of the raid and not by luck.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import openiads as oi

folder = Path(tempfile.mkdtemp())
study = folder / "raid_size.toml"
study.write_text("""\
format = 1
name = "raid_size"
question = "How does what gets through grow with the number of aircraft?"
scenario = "raid24"
seed = 1
replications = 24
metrics = ["threats", "leakers", "rounds_fired"]

[set]
duration = "900 s"

[vary]
raid."Aircraft west".count = [2, 6, 12, 18, 24, 32]
""")
swept = oi.sweep(study, out=folder / "swept")
table = swept.table()
for row in table.to_pylist():
    print(f"{row['threats']:3.0f} threats: {row['leakers']:5.2f} get through, {row['rounds_fired']:4.1f} rounds fired")

# %%

threats = table["threats"].to_numpy()
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
axes.fill_between(threats, table["leakers_low"], table["leakers_high"], color="#0072b2", alpha=0.25, lw=0)
axes.plot(threats, table["leakers"], "o-", color="#0072b2", label="get through, with the 95 % interval")
axes.plot(threats, table["rounds_fired"], "s-", color="#d55e00", label="interceptors fired")
axes.axhline(48, color="#57606a", ls=":", lw=1)
axes.annotate(
    "48 interceptors are there", (threats[-1], 48), (0, 4), textcoords="offset points", fontsize=9, ha="right"
)
axes.set(xlabel="threats in the raid", ylabel="number in a raid", ylim=(0, 54))
axes.set_title("From 24 threats on, each further one gets through", loc="left", fontsize=11)
axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 0.75))

# %%
# What was in the way, in seconds summed over the threats of a raid, is a part of every run's outcomes:

limits = {"bound_channel": "a guidance channel", "bound_magazine": "an interceptor"}
for index, count in enumerate(threats):
    run = swept.run(index)
    waits = ", ".join(f"{words} {run.estimate(column).mean:5.0f} s" for column, words in limits.items())
    print(f"{count:3.0f} threats waited for {waits}")

# %%
# **What one sees.** Up to about 24 threats the fire unit keeps pace.  Then the launchers are empty, and the curve has
# the slope one: whatever is added gets through.  Channels are short as well, but the interceptors fired stay at what
# is there (46 of 48 on average: now and then a launcher is not ready), so it is the magazine that decides.  The study
# sets a longer ``duration``: with the 600 s of the scenario, the last aircraft of the large raids would still be in
# the air at the end, and would not count as leakers.
#
# **Limits.** One invented raid on two axes, one doctrine, one place, 24 replications a point.  Where the curve bends
# belongs to these; that it bends where the magazine ends, does not.  Parameters are public figures and assumptions,
# and their uncertainty is not in these intervals (:doc:`how large that is </docs/how-to/doubt>`).
