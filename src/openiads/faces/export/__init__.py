"""Replications of a run for other programs: CZML, KML, GeoJSON, CSV, Tacview, Stone Soup, SIMDIS.

``gather`` makes the story that every format tells, each in a module of its own; ``faces.formats.export`` writes one.
"""
