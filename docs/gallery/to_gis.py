"""
A raid on the map of another program
====================================

**Question.** How does one replication get into a geographic information system, such as QGIS, or into a script that
reads GeoJSON?

**What to expect.** One file with a feature for each flight, interceptor and track as a line, and for each place and
event as a point, all in longitude and latitude.  Lines are thinned, so the file stays small, and no position is off by
more than 5 m.
"""

# %%

import json
import tempfile
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt

import openiads as oi

folder = Path(tempfile.mkdtemp())
run = oi.run("raid24", replications=1, seed=1, record=1)
written = oi.export(run, "geojson", replication=0, out=folder / "raid24.geojson")
print(f"{written.size / 1000:.0f} kB, {written.counts['positions_written']} positions")

# %%
# In QGIS, drop the file onto the map and color the lines by the field ``kind``.  In Python it is plain JSON:

features = json.loads((folder / "raid24.geojson").read_text())["features"]
for (shape, kind), count in sorted(Counter((f["geometry"]["type"], f["properties"]["kind"]) for f in features).items()):
    print(f"{shape:11s} {kind:11s} {count:4d}")

# %%

styles = {
    "flight": {"color": "#24292f", "lw": 1.2, "label": "flights: ground truth"},
    "track": {"color": "#d55e00", "lw": 1, "ls": "--", "label": "tracks: what the post believed"},
    "round": {"color": "#0072b2", "lw": 0.8, "label": "interceptors"},
}
figure, axes = plt.subplots(figsize=(7, 6), layout="constrained")
for feature in features:
    kind, geometry = feature["properties"]["kind"], feature["geometry"]
    if kind in styles:
        longitude, latitude = zip(*(position[:2] for position in geometry["coordinates"]), strict=True)
        axes.plot(longitude, latitude, **styles[kind])
        styles[kind].pop("label", None)
    elif kind == "site":
        axes.plot(*geometry["coordinates"][:2], "^", color="#0072b2", ms=10)
axes.set_aspect(1.22)  # a degree of latitude is that much longer than one of longitude here
axes.set(xlabel="longitude, degrees east", ylabel="latitude, degrees north")
axes.set_title("raid24, replication 0, from its GeoJSON file", loc="left", fontsize=11)
axes.legend(frameon=False, loc="lower left")

# %%
# **What one sees.** Aircraft and cruise missiles from the west and south-west, ballistic missiles from the south, and
# tracks that begin where the radars' view begins.  The same run becomes ``kml`` for Google Earth, ``czml`` for Cesium,
# ``acmi`` for Tacview and ``csv`` for everything else, by that word in place of ``geojson``
# (:doc:`what each holds </docs/how-to/export>`).
#
# **Limits.** A file shows one replication: one way it may go, chosen by its number and not because it is typical.
# Heights are above the WGS-84 ellipsoid.
