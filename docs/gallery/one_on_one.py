"""
One aircraft, one salvo
=======================

**Question.** A lone aircraft flies at a depot.  One fire unit fires one salvo at it.  How often does the aircraft get
through, and how does that fall with the number of rounds in the salvo?

**What to expect.** With everything idealized there is a formula.  If each round kills with probability *p* and the
rounds are independent, an aircraft survives *n* of them with probability ::

    (1 - p)^n

With *p* = 0.7 that is 0.30 for one round, 0.09 for two and 0.027 for three.  The simulation has to agree within its
intervals; if it does not, it is wrong.
"""

# %%
# The packaged scenario ``one_on_one`` sets the switches for this: what is within 100 km is seen, the kill probability
# is 0.7 wherever the intercept is, and a kill is seen without error.  We change the salvo, and the rounds on the
# launcher with it.

import matplotlib.pyplot as plt

import openiads as oi

scenario = oi.load("one_on_one")
salvos = [1, 2, 3]
found = []
for rounds in salvos:
    variant = scenario.with_values({"site.Guard.doctrine.salvo": rounds, "site.Guard.rounds": rounds})
    run = oi.run(variant, replications=2000, seed=1)
    found.append(run.estimate("any_leaker"))
    print(f"salvo of {rounds}: {found[-1]}   formula {0.3**rounds:.3f}")

# %%
# Beside each other, with the 95 % intervals of the simulation:

figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
axes.plot(salvos, [0.3**rounds for rounds in salvos], "o--", color="#57606a", mfc="none", ms=11, label="formula")
low = [each.mean - each.low for each in found]
high = [each.high - each.mean for each in found]
axes.errorbar(salvos, [each.mean for each in found], [low, high], fmt="o", color="#0072b2", capsize=4, label="openiads")
axes.set(xlabel="rounds in the salvo", ylabel="share that gets through", xticks=salvos, ylim=(0, None))
axes.set_title("Each further round leaves 30 % of what was left", loc="left", fontsize=11)
axes.legend(frameon=False)

# %%
# A run shows itself, as a notebook does with the last line of a cell:

run

# %%
# **What one sees.** The formula lies inside every interval.  The same comparison is made for whole runs by
# ``openiads twins`` (:doc:`closed-form results </docs/theory/twins>`).
#
# **Limits.** This tests the arithmetic of the simulation, not the world: a constant kill probability, no track error,
# no shared failure of a salvo.  With the models switched on, rounds of one salvo share a part of their luck and the
# gain of a further round is smaller.  Nothing here says how often a real aircraft gets through anywhere.
