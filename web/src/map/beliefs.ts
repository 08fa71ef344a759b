// What a flight that is no threat is believed to be, beside what it is: a mark at its symbol, a ribbon along its trail.

import { hasOthers } from "../areas";
import { spellsOfBelief } from "../belief";
import type { Mover, ReplayHeader } from "../contract";
import { legAt, type Replay } from "../decode";
import { type Colors, sideColor } from "../theme";
import type { Context2D } from "../ui/canvas";
import type { DrawnMover } from "./drawn";
import type { Viewport } from "./viewport";

const RIBBON = 7; // px
const SIDE = 14; // px from a symbol to its mark

/** Is it drawn with what it is believed to be: a civil flight or a friend? */
export const isOther = (m: Mover | undefined): boolean => m?.side === "neutral" || m?.side === "friend";

/** A frame of a few px: diamond, rectangle, square, cross for what is not known. */
export function shapeOf(path: Path2D, x: number, y: number, identity: string, r = 4): void {
  if (identity === "hostile" || identity === "suspect") {
    path.moveTo(x, y - r);
    path.lineTo(x + r, y);
    path.lineTo(x, y + r);
    path.lineTo(x - r, y);
    path.closePath();
  } else if (identity === "friend" || identity === "assumed friend") path.rect(x - r, y - 0.625 * r, 2 * r, 1.25 * r);
  else if (identity === "neutral") path.rect(x - 0.75 * r, y - 0.75 * r, 1.5 * r, 1.5 * r);
  else {
    path.rect(x - r, y - 0.375 * r, 2 * r, 0.75 * r);
    path.rect(x - 0.375 * r, y - r, 0.75 * r, 2 * r);
  }
}

/** The mark of a belief, with an edge of paper. */
export function badge(ctx: Context2D, x: number, y: number, identity: string, c: Colors, r = 6): void {
  const path = new Path2D();
  shapeOf(path, x, y, identity, r);
  ctx.strokeStyle = c.dark ? "#0b1116" : "#ffffff";
  ctx.lineWidth = 4;
  ctx.lineJoin = "round";
  ctx.stroke(path);
  ctx.fillStyle = sideColor(c, identity);
  ctx.fill(path);
}

/** Beside a symbol: what it is believed to be in truth, what it is in belief. */
export function badgeBeside(ctx: Context2D, e: DrawnMover, truth: Mover | undefined, c: Colors): void {
  if (!isOther(truth)) return;
  const word = e.mover.kind === "track" ? (truth?.side ?? "") : e.identity;
  if (word) badge(ctx, e.x + SIDE, e.y - SIDE, word, c);
}

/** Along the trail of each such flight what it was believed to be where. */
export function ribbons(
  ctx: Context2D,
  frame: Viewport,
  replay: Replay,
  here: readonly DrawnMover[],
  at: { x: Float64Array; y: Float64Array },
  span: [number, number],
  c: Colors,
): void {
  ctx.lineWidth = RIBBON;
  ctx.lineJoin = "round";
  ctx.globalAlpha = c.dark ? 0.5 : 0.4;
  const [from, to] = span;
  for (const e of here) {
    if (e.mover.kind !== "flight" || !isOther(e.mover) || e.mover.count < 2) continue;
    for (const [a, b, identity] of spellsOfBelief(e.mover, from, to)) {
      ctx.beginPath();
      piece(ctx, frame, replay, e.mover, at, a, b);
      ctx.strokeStyle = sideColor(c, identity);
      ctx.stroke();
    }
  }
  ctx.globalAlpha = 1;
}

/** A part of a path from `a` to `b` s. */
function piece(
  ctx: Context2D,
  frame: Viewport,
  replay: Replay,
  m: Mover,
  at: { x: Float64Array; y: Float64Array },
  a: number,
  b: number,
): void {
  const { time } = replay;
  const last = m.first + m.count - 1;
  const between = (t: number): [number, number, number] => {
    const k = legAt(time, m.first, last, t * 100, m.first);
    const part = Math.min(Math.max((t * 100 - time[k]) / (time[k + 1] - time[k] || 1), 0), 1);
    return [frame.px(at.x[k] + part * (at.x[k + 1] - at.x[k])), frame.py(at.y[k] + part * (at.y[k + 1] - at.y[k])), k];
  };
  const [ax, ay, first] = between(a);
  const [bx, by, end] = between(b);
  ctx.moveTo(ax, ay);
  for (let k = first + 1; k <= end; k++) ctx.lineTo(frame.px(at.x[k]), frame.py(at.y[k]));
  ctx.lineTo(bx, by);
}

/** Identities that a post can hold, as the legend names them, in order. */
export const BELIEFS: readonly [string, string][] = [
  ["hostile", "Believed hostile"],
  ["unknown", "Believed unknown"],
  ["neutral", "Believed neutral (civil)"],
  ["friend", "Believed friend"],
];

export const showsBeliefs = (header: ReplayHeader | undefined): boolean => (header ? hasOthers(header) : false);
