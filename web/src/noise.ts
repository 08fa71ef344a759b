// Noise jamming and emission control: who radiates when, which radars are silent, and the bearings that radars take.

import type { Replay } from "./decode";
import { bearing } from "./geo";
import { sitePosition } from "./scope/plots";

/** Does something hold at `t` s that holds from when to when. */
export const during = (spells: readonly (readonly [number, number])[] | undefined, t: number): boolean =>
  spells?.some(([from, to]) => from <= t && t < to) ?? false;

/** A bearing of a jammer that a radar does not see. */
export interface Strobe {
  radar: number;
  flight: number;
  azimuth: number; // degrees
  freshness: number; // 1 just taken .. 0 about to go
}

const PHASED_HOLD = 8; // s that a strobe of a radar that does not turn stands
const TURNS = 1.5; // of a radar that turns
const DETECTED = 1;
const JAMMED = 2;

interface Pair {
  radar: number;
  flight: number;
  mover: number; // index of the flight
  silent: [number, number][] | undefined; // when the radar is
  from: number; // s of the first strobe
  order: number[]; // its looks, in order of time
  hold: number; // s
}

/** All strobes of a replay: told when each is first taken, and by the looks that met the jammer from then on. */
export class Strobes {
  private readonly pairs: Pair[];

  constructor(private readonly replay: Replay) {
    const { header, looks } = replay;
    const found = new Map<string, Pair>();
    for (const e of header.events) {
      const key = `${e.radar}/${e.flight}`;
      const radar = header.radars.find((r) => r.row === e.radar);
      const mover = header.movers.findIndex((m) => m.kind === "flight" && m.row === e.flight);
      if (e.kind !== "strobe" || found.has(key) || !radar || mover < 0) continue;
      const hold = Math.max(radar.rotation * TURNS, PHASED_HOLD);
      const { silent } = radar;
      found.set(key, { radar: e.radar, flight: e.flight, mover, silent, from: e.t, order: [], hold });
    }
    for (let k = 0; found.size && k < looks.count; k++) {
      if (looks.code[k] >= 0) found.get(`${looks.radar[k]}/${looks.flight[k]}`)?.order.push(k);
    }
    this.pairs = [...found.values()];
    for (const p of this.pairs) p.order.sort((a, b) => looks.time[a] - looks.time[b]);
  }

  /** The strobes that stand at `t` s, of one radar or (-1) of all. */
  at(t: number, radar = -1): Strobe[] {
    const { header } = this.replay;
    const found: Strobe[] = [];
    for (const p of this.pairs) {
      const jammer = header.movers[p.mover];
      if ((radar >= 0 && p.radar !== radar) || t < p.from || t > jammer.to || !during(jammer.jams, t)) continue;
      if (during(p.silent, t)) continue; // whatever stood before
      const strobe = this.last(p, t);
      if (strobe) found.push(strobe);
    }
    return found;
  }

  private last(p: Pair, t: number): Strobe | null {
    const { looks } = this.replay;
    if (!p.order.length) return this.toward(p, t);
    let low = 0;
    let high = p.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (looks.time[p.order[middle]] / 100 <= t) low = middle + 1;
      else high = middle;
    }
    const k = p.order[low - 1];
    if (k === undefined || looks.code[k] === DETECTED) return null; // seen: no strobe, but a plot
    const age = t - looks.time[k] / 100;
    if (age > p.hold) return null;
    return { radar: p.radar, flight: p.flight, azimuth: looks.azimuth[k] / 1000, freshness: 1 - age / p.hold };
  }

  /** A file without looks has no bearings: where the jammer is. */
  private toward(p: Pair, t: number): Strobe | null {
    const radar = this.replay.header.radars.find((r) => r.row === p.radar);
    const at = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };
    if (!radar || !this.replay.position(p.mover, t, at)) return null;
    const from = sitePosition(this.replay, radar, t).spot;
    return { radar: p.radar, flight: p.flight, azimuth: bearing(from, [at.lon, at.lat]), freshness: 1 };
  }
}

/** Looks of a radar that noise kept from seeing a flight, in order of time: indices into replay.looks. */
export function hiddenByNoise(replay: Replay, radar: number): Int32Array {
  const { looks } = replay;
  const found: number[] = [];
  for (let k = 0; k < looks.count; k++) if (looks.radar[k] === radar && looks.code[k] === JAMMED) found.push(k);
  return Int32Array.from(found.sort((a, b) => looks.time[a] - looks.time[b]));
}
