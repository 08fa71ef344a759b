// The kill chain of a flight as data: its stages, what happened when, and how lanes are put in order.

import type { LaneData, Stage } from "./contract";
import { truncate } from "./ui/dom";
import { moment, plainWords, plural } from "./ui/format";

export const STAGES: readonly Stage[] = ["detect", "track", "identify", "assign", "launch", "intercept", "assess"];

const PAST: Record<Stage, string> = {
  detect: "detected",
  track: "tracked",
  identify: "identified",
  assign: "assigned",
  launch: "launched",
  intercept: "intercepted",
  assess: "assessed",
};

export interface LaneEvent {
  t: number; // s
  event: string;
}

/** Everything that happens on a lane, in order of time. */
export function laneEvents(lane: LaneData): LaneEvent[] {
  const all: LaneEvent[] = [];
  for (const stage of STAGES) {
    const t = lane.first[stage];
    if (t !== undefined) all.push({ t, event: PAST[stage] });
  }
  for (const t of lane.launches) if (t !== lane.first.launch) all.push({ t, event: "another launch" });
  for (const [t, hit] of lane.intercepts) if (t !== lane.first.intercept) all.push({ t, event: hit ? "kill" : "miss" });
  if (lane.ends !== null) all.push({ t: lane.ends, event: lane.end });
  return all.sort((a, b) => a.t - b.t);
}

/** When each further stage was reached, up to `ends` (s): (time, index into STAGES), both rising. */
export function stagesReached(lane: LaneData, ends: number): [number, number][] {
  const reached: [number, number][] = [];
  STAGES.map((stage, i): [number | undefined, number] => [lane.first[stage], i])
    .filter((p): p is [number, number] => p[0] !== undefined && p[0] <= ends)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .forEach(([t, i]) => {
      if (!reached.length || i > reached[reached.length - 1][1]) reached.push([t, i]);
    });
  return reached;
}

const firstSeen = (lane: LaneData): number => Math.min(...Object.values(lane.first), lane.ends ?? Infinity);
export const killed = (lane: LaneData): boolean => lane.intercepts.some(([, hit]) => hit);

export type LaneOrder = "arrival" | "class" | "outcome" | "name";
type Compare = (a: LaneData, b: LaneData) => number;

const byName: Compare = (a, b) => a.name.localeCompare(b.name, "en", { numeric: true });
const byFlight: Compare = (a, b) => a.flight - b.flight;
const byTime: Compare = (a, b) => {
  const [x, y] = [firstSeen(a), firstSeen(b)];
  return x === y ? byFlight(a, b) : x - y; // both may be never
};
const rank = (l: LaneData): number => (l.leaked ? 0 : l.side !== "hostile" ? 3 : killed(l) ? 2 : 1);

export const LANE_ORDERS: Record<LaneOrder, Compare> = {
  arrival: byTime,
  class: (a, b) => a.class.localeCompare(b.class) || byName(a, b),
  outcome: (a, b) => rank(a) - rank(b) || byTime(a, b),
  name: byName,
};

/** A lane in one sentence. */
export function laneSentence(lane: LaneData): string {
  const stages = STAGES.filter((k) => lane.first[k] !== undefined).map((k) => `${PAST[k]} ${moment(lane.first[k])}`);
  const end = lane.ends === null ? lane.end : `${lane.end} ${moment(lane.ends)}`;
  const rounds = plural(lane.launches.length, "round", "rounds");
  const chain = stages.join(", ") || "never detected";
  const leaked = lane.leaked ? "; got through" : "";
  return `${truncate(lane.name, 100)}, ${plainWords(lane.class)}: ${chain}; ${rounds}; ${end}${leaked}`;
}
