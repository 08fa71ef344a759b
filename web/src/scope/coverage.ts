// How far a radar or fire unit reaches along a bearing, height by height: cuts through the coverage layers.

import type { Layer } from "../contract";
import type { Replay } from "../decode";
import { crossings, type LonLat } from "../geo";

/** Where a height is covered, m. */
export interface Span {
  height: number;
  near: number;
  far: number;
}
export interface CoverageProfile {
  name: string;
  kind: "detection" | "emergent" | "published";
  spans: Span[];
}

function along(layers: Layer[], spot: LonLat, azimuth: number): Span[] {
  const spans: Span[] = [];
  for (const layer of layers) {
    const cuts = crossings(layer.rings, spot, azimuth);
    if (!cuts.length) continue;
    const inside = cuts.length % 2 === 1; // the bearing begins within
    spans.push({ height: layer.height, near: inside ? 0 : cuts[0], far: cuts[cuts.length - 1] });
  }
  return spans.sort((a, b) => a.height - b.height);
}

/** Reaches of a standpoint: detection of a radar; of a fire unit, by flight and time, and within published limits. */
export function coverageAlong(
  replay: Replay,
  kind: "radar" | "unit",
  row: number,
  spot: LonLat,
  azimuth: number,
): { reaches: CoverageProfile[] } {
  const own = replay.header.coverage.filter((l) => l.owner === row && (l.kind === "detection") === (kind === "radar"));
  const of = (name: string, k: CoverageProfile["kind"], layers: Layer[]): CoverageProfile => ({
    name,
    kind: k,
    spans: along(layers, spot, azimuth),
  });
  const all =
    kind === "radar"
      ? [of("Detection", "detection", own)]
      : [
          of(
            "Reach by flight and time",
            "emergent",
            own.filter((l) => l.limits === "emergent"),
          ),
          of(
            "Within published limits",
            "published",
            own.filter((l) => l.limits === "published"),
          ),
        ];
  return { reaches: all.filter((r) => r.spans.length) };
}
