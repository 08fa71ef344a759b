"""Queries about bursts of guns."""

from __future__ import annotations

from openiads.audit.query import Check

BURSTS = [
    Check(
        "bursts pass their target",
        "a burst that passes is a round that meets its target then, as far off; it was launched, and once only",
        """
        SELECT b.replication, b.time, printf('burst %d passes %.1f m off and meets nothing', b."round", b.v1)
        FROM burst b LEFT JOIN intercept x USING (replication, "round") LEFT JOIN launch l USING (replication, "round")
        WHERE x.time IS NULL OR l.time IS NULL OR abs(x.time - b.time) > 1e-6 OR abs(x.v0 - b.v1) > 1e-6
            OR x.flight != b.flight
        UNION ALL SELECT replication, max(time), printf('burst %d passes %d times', "round", count(*)) FROM burst
        GROUP BY replication, "round" HAVING count(*) > 1""",
    ),
    Check(
        "bursts hit as they scatter",
        "expected hits are rounds times the chance of one, which is not above that of a burst that lies on its target",
        """
        SELECT b.replication, b.time, printf('burst %d of %d rounds expects %.3f hits, %.5f a round',
            b."round", b.code, b.v4, b.v3)
        FROM burst b WHERE b.code < 1 OR NOT (b.v3 BETWEEN 0 AND 1) OR abs(b.v4 - b.code * b.v3) > 1e-6 * (1 + b.v4)
            OR b.v2 < 0 OR (b.v2 > 0 AND b.v3 > 1 - exp(-0.5 * (b.v5 / b.v2) ** 2) + 1e-6)""",
    ),
]
