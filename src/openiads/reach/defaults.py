"""What questions about reach take where nothing is said; the command line shows it in its help."""

COVERAGE_HEIGHTS = ("50 m", "500 m", "3 km", "10 km")
ENVELOPE_HEIGHTS = ("50 m", "200 m", "1 km", "3 km", "10 km", "20 km")
KEEP_OUT_HEIGHTS = ("50 m", "500 m", "3 km", "10 km")
SAMPLES = 6  # sampled worlds of intervals, beside the nominal one
CELLS = 400  # of a map, along its longer side
