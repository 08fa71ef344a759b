"""
One aircraft, one salvo
=======================

**Question.** How often does a lone aircraft get through?
"""

# %%
# Code follows.

import openiads as oi

run = oi.run("one_on_one", replications=200, seed=1)
run
