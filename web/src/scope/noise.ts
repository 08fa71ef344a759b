// Noise on a scope: strobes at the bearings of jammers, and, in truth, what the noise hides.

import type { Replay } from "../decode";
import type { Strobe } from "../noise";
import { type Disc, spoke } from "./disc";
import { firstLookAfter } from "./plots";

export const NOISE = "#c9aaff"; // on the dark glass
const LEAST_BEAM = 2; // degrees: a narrower one would not be seen
const STIPPLES = 26; // along a strobe

/** A spoke as wide as the beam, brighter at its middle, out to the rim: there is a bearing, and no distance. */
export function paintStrobes(d: Disc, strobes: readonly Strobe[], beam: number): void {
  const { ctx } = d;
  const half = Math.max(beam, LEAST_BEAM) / 2;
  for (const s of strobes) {
    const strength = 0.35 + 0.65 * s.freshness;
    ctx.fillStyle = NOISE;
    ctx.globalAlpha = 0.3 * strength;
    ctx.beginPath();
    ctx.moveTo(d.x, d.y);
    for (const turn of [-half, 0, half]) ctx.lineTo(...spoke(d, s.azimuth + turn, d.range * 1.02));
    ctx.closePath();
    ctx.fill();
    ctx.globalAlpha = strength;
    ctx.strokeStyle = NOISE;
    ctx.lineWidth = 1.4;
    ctx.setLineDash([d.r / STIPPLES / 2, d.r / STIPPLES / 2]);
    ctx.beginPath();
    ctx.moveTo(d.x, d.y);
    ctx.lineTo(...spoke(d, s.azimuth, d.range));
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** Open marks where a look would have seen something without the noise; `order` as ``hiddenByNoise`` gives it. */
export function paintHidden(d: Disc, replay: Replay, order: Int32Array, t: number, fade: number): void {
  const { looks } = replay;
  const { ctx } = d;
  ctx.strokeStyle = NOISE;
  ctx.lineWidth = 1;
  for (let k = firstLookAfter(replay, order, (t - fade) * 100); k < order.length; k++) {
    const n = order[k];
    const age = t - looks.time[n] / 100;
    if (age < 0) break;
    const [x, y] = spoke(d, looks.azimuth[n] / 1000, looks.range[n]);
    ctx.globalAlpha = 0.2 + 0.7 * (1 - age / fade);
    ctx.strokeRect(x - 2.5, y - 2.5, 5, 5);
  }
  ctx.globalAlpha = 1;
}
