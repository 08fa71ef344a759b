// What the posts believe about what flies, and where belief and truth part.

import type { Mover } from "./contract";
import type { Replay } from "./decode";

/** Identity believed at t, "" before the first and after the track is lost. */
export function identityAt(m: Mover, t: number): string {
  let word = "";
  for (const [time, identity] of m.beliefs) {
    if (time > t) break;
    word = identity;
  }
  return word === "none" ? "" : word;
}

/** From when to when (s) what was believed, within a span; without what was not believed anything. */
export function spellsOfBelief(m: Mover, from: number, to: number): [number, number, string][] {
  const out: [number, number, string][] = [];
  m.beliefs.forEach(([begins, identity], k) => {
    const a = Math.max(begins, from, m.from);
    const b = Math.min(m.beliefs[k + 1]?.[0] ?? Number.POSITIVE_INFINITY, to, m.to);
    if (a < b && identity && identity !== "none") out.push([a, b, identity]);
  });
  return out;
}

const FOE = new Set(["hostile", "suspect"]);
const HARMLESS = new Set(["friend", "assumed friend", "neutral"]);

/** Is a flight of this side, believed so, misidentified? Not (yet) knowing is no mistake. */
export function misidentified(side: Mover["side"], identity: string): boolean {
  if (side === "hostile") return HARMLESS.has(identity);
  return (side === "neutral" || side === "friend") && FOE.has(identity);
}

/** What a class of symbols is called for an identity or side and a class of flight. */
export function symbolOf(identity: string, what: string): string {
  return `${(identity || "unknown").replaceAll(" ", "-")}-${what || "air"}`;
}

/** For every mover that is a track: the row of the flight it follows, -1 for none or not known. */
export function flightsOfTracks(replay: Replay): Int32Array {
  const { movers, events } = replay.header;
  const byTrack = new Map<number, number>();
  for (const e of events) if (e.track >= 0 && e.flight >= 0 && !byTrack.has(e.track)) byTrack.set(e.track, e.flight);
  return Int32Array.from(movers, (m) => {
    if (m.kind === "flight") return m.row;
    if (m.kind !== "track" && m.kind !== "radar track") return -1;
    return m.flight >= 0 ? m.flight : m.kind === "track" ? (byTrack.get(m.row) ?? -1) : -1;
  });
}
