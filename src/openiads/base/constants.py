"""Physical constants, each once, with its source.

What is asked of nature stands here; what is assumed about equipment or behavior is a value of the catalog.  The
auditor of logs (`openiads.audit.motion`) and the tests keep constants of their own, so that a wrong digit here is
noticed there.
"""

from __future__ import annotations

#: Speed of light in vacuum, m/s; exact by the definition of the meter (SI, 2019).
SPEED_OF_LIGHT = 299_792_458.0

#: Boltzmann constant, J/K; exact by the definition of the kelvin (SI, 2019).
BOLTZMANN = 1.380649e-23

#: Standard acceleration of free fall, m/s2; conventional (3rd CGPM, 1901).
STANDARD_GRAVITY = 9.80665

#: Gravitational constant times the mass of the earth with its air, m3/s2; WGS-84, defining.
GM = 3.986004418e14

#: Angular velocity of the earth, rad/s; WGS-84, defining.
SPIN = 7.292115e-5

#: Semi-major axis of the ellipsoid, m, and inverse of its flattening; WGS-84, both defining.
SEMI_MAJOR = 6378137.0
INVERSE_FLATTENING = 298.257223563

#: Second zonal harmonic of the earth's gravity in which ballistic missiles fly; WGS-84, from its normalized C20.
J2 = 1.0826298e-3

#: The same of EGM96, which the tracking filters believe: their gravity is a model of their own.  The two differ by
#: 3 parts in a million, less than 1e-7 m/s2 of acceleration.
J2_BELIEVED = 1.08262668e-3

#: Mean radius of the earth, m, of the sphere on which rays are bent and horizons lie (IUGG, rounded).
MEAN_RADIUS = 6371000.0
