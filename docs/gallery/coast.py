"""
What radars see along a coast
=============================

**Question.** A site stands at Tartus, between the sea and a range of mountains.  At which heights does it see a
target, and where?

**What to expect.** Over the sea only the horizon limits the view: 66 km for an antenna 80 m above the sea and a
target at 50 m.  The mountains, some 30 km inland and above 1000 m, should hide everything low behind them.
"""

# %%
# ``oi.coverage`` asks the same functions that a run asks for every look of a radar.

import openiads as oi

heights = ["50 m", "500 m", "3 km"]
seen = oi.coverage("tartus_2016", radars=["64n6e2", "76n6"], heights=heights, size="300 km", cells=200)
seen

# %%
# A raised antenna moves the horizon outward.  What is gained by putting both radars on masts of 40 m, at 50 m:

raised = oi.coverage("tartus_2016", radars=["64n6e2", "76n6"], heights=["50 m"], size="300 km", cells=200, mast="40 m")
for name, answer in (("as deployed", seen), ("on 40 m", raised)):
    row = answer.table().slice(0, 1).to_pylist()[0]
    print(f"{name:12s} {row['detected_km2']:6.0f} km2 seen at {row['height_m']:.0f} m")

# %%
# **What one sees.** At 50 m a half circle over the sea of the expected radius, cut off by the coastal range; only to
# the south-east, through the gap at Homs, the view reaches inland.  At 3 km it reaches some 100 km inland, and over
# the sea beyond the map.  Taller masts move the horizon by a few kilometers over the sea and change little over land,
# where the shadow is that of the mountains.
#
# **Limits.** The packaged terrain has cells of 9 km, which understate ridges: behind them low flyers are seen too
# early. With :doc:`better terrain </docs/how-to/terrain>` the shadows grow.  The map asks for one look at a target of
# 1 m² that flies toward the radar; it must not be used to judge whether a flight, a site or a person is safe.

# sphinx_gallery_thumbnail_path = 'docs/pictures/coverage_tartus.png'
