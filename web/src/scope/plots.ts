// What a radar's scope shows: its looks by time, its sweep, and where it can see nothing.

import type { ReplayRadar } from "../contract";
import type { Place, Replay } from "../decode";
import { inSector, type LonLat, maskedBeyond } from "../geo";

/** Looks of one radar that detected, in order of time: indices into replay.looks. */
export function detections(replay: Replay, radar: number): Int32Array {
  const { looks } = replay;
  const found: number[] = [];
  for (let k = 0; k < looks.count; k++) if (looks.radar[k] === radar && looks.code[k] === 1) found.push(k);
  found.sort((a, b) => looks.time[a] - looks.time[b]);
  return Int32Array.from(found);
}

/** First place in `order` whose look is later than `tick` (0.01 s). */
export function firstLookAfter(replay: Replay, order: Int32Array, tick: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (replay.looks.time[order[mid]] <= tick) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** s a turn, azimuths (degrees) of its faces at t = 0. */
export interface Sweep {
  turn: number;
  phases: number[];
}

/** How a radar's antenna turns, told by when it looked where; a second phase half a turn off is a second face. */
export function antennaSweep(replay: Replay, radar: ReplayRadar): Sweep | null {
  if (!(radar.rotation > 0)) return null;
  const { looks } = replay;
  const phases: number[] = [];
  for (let k = 0, seen = 0; k < looks.count && seen < 200; k++) {
    if (looks.radar[k] !== radar.row) continue;
    seen++;
    const phase = (((looks.azimuth[k] / 1000 - (3.6 * looks.time[k]) / radar.rotation) % 360) + 360) % 360;
    const near = (p: number): number => Math.abs(((phase - p + 540) % 360) - 180);
    if (!phases.length) phases.push(phase);
    else if (phases.length === 1 && Math.abs(near(phases[0]) - 180) < 20) phases.push((phases[0] + 180) % 360);
  }
  return { turn: radar.rotation, phases: phases.length ? phases : [0] };
}

const here: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };

/** Where something stands at t: on its ship if it has one. */
export function sitePosition(
  replay: Replay,
  what: { at: [number, number, number]; ship: string | null },
  t: number,
): { spot: LonLat; height: number } {
  if (what.ship) {
    const k = replay.header.movers.findIndex((m) => m.id === what.ship);
    if (k >= 0 && replay.position(k, t, here)) return { spot: [here.lon, here.lat], height: what.at[2] };
  }
  return { spot: [what.at[0], what.at[1]], height: what.at[2] };
}

/** Distance (m) from which a target at a height is masked, by whole degree of azimuth; 0 out of the sector. */
export function maskedRanges(radar: ReplayRadar, height: number): Float64Array {
  return Float64Array.from({ length: 360 }, (_, a) => {
    if (!inSector(radar.sector, a)) return 0;
    return radar.mask.length
      ? maskedBeyond(radar.at[2], radar.mask[Math.floor((a * radar.mask.length) / 360)], height)
      : Infinity;
  });
}
