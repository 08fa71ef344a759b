// The events of a replication: found by time, counted by kind, filtered by what is asked.

import type { ReplayEvent, ReplayHeader } from "./contract";

export const SAME_TIME = 0.005; // s: times of a replay have two decimals

/** Last event not after `t` (s); -1 before the first. `events` in order of time. */
export function lastEventAt(events: readonly { t: number }[], t: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].t <= t + SAME_TIME) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const PHASES = ["sensing", "deciding", "firing"] as const;

const SENSING = new Set([
  "detect",
  "track",
  "identify",
  "track drop",
  "false track",
  "swap",
  "strobe",
  "jamming",
  "emission",
]);
const FIRING = new Set(["launch", "intercept", "burst", "round end", "assess"]);

/** Index into PHASES of a kind of event. */
export const phaseOf = (kind: string): number => (SENSING.has(kind) ? 0 : FIRING.has(kind) ? 2 : 1);

/** Counts of events by phase in `bins` equal parts of the duration (s). */
export function countsByPhase(events: readonly ReplayEvent[], duration: number, bins: number): number[][] {
  const counts = Array.from({ length: bins }, () => PHASES.map(() => 0));
  for (const e of events) {
    const k = Math.min(bins - 1, Math.max(0, Math.floor((e.t / duration) * bins)));
    counts[k][phaseOf(e.kind)]++;
  }
  return counts;
}

/** Counts of events by minute: by phase, then the hits on assets, and last the shots by mistake. */
export function countsByMinute(events: readonly ReplayEvent[], duration: number): number[][] {
  const minutes = Math.max(1, Math.ceil(duration / 60));
  const counts = Array.from({ length: minutes }, () => [...PHASES.map(() => 0), 0, 0]);
  for (const e of events) {
    const row = counts[Math.min(minutes - 1, Math.max(0, Math.floor(e.t / 60)))];
    row[e.kind === "damage" ? PHASES.length : e.kind === "misidentified" ? PHASES.length + 1 : phaseOf(e.kind)]++;
  }
  return counts;
}

/** Names by row of what events speak of. */
export interface Names {
  flight: Map<number, string>;
  unit: Map<number, string>;
  radar: Map<number, string>;
}

export function namesOf(header: Pick<ReplayHeader, "movers" | "lanes" | "units" | "radars"> | undefined): Names {
  const flights = (header?.movers ?? [])
    .filter((m) => m.kind === "flight")
    .map((m): [number, string] => [m.row, m.name]);
  return {
    flight: new Map([...(header?.lanes ?? []).map((l): [number, string] => [l.flight, l.name]), ...flights]),
    unit: new Map((header?.units ?? []).map((u) => [u.row, u.name])),
    radar: new Map((header?.radars ?? []).map((r) => [r.row, r.name])),
  };
}

export const flightName = (names: Names, e: ReplayEvent): string =>
  e.flight >= 0 ? (names.flight.get(e.flight) ?? `flight ${e.flight}`) : "";
export const unitName = (names: Names, e: ReplayEvent): string =>
  e.unit >= 0 ? (names.unit.get(e.unit) ?? `unit ${e.unit}`) : "";

export const radarName = (names: Names, e: ReplayEvent): string =>
  e.radar >= 0 ? (names.radar.get(e.radar) ?? `radar ${e.radar}`) : "";

export interface Filter {
  kind: string; // "": every kind
  flight: number | null; // null: every flight
  unit: number | null;
  query: string; // text that kind, names or text hold, in any case
}

/** The events that a filter lets pass, in their order. */
export function filtered(events: readonly ReplayEvent[], names: Names, f: Filter): ReplayEvent[] {
  const query = f.query.trim().toLowerCase();
  const text = (e: ReplayEvent): string => `${e.kind} ${flightName(names, e)} ${unitName(names, e)} ${e.text}`;
  return events.filter(
    (e) =>
      (!f.kind || e.kind === f.kind) &&
      (f.flight === null || e.flight === f.flight) &&
      (f.unit === null || e.unit === f.unit) &&
      (!query || text(e).toLowerCase().includes(query)),
  );
}
