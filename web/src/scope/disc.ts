// The glass of a scope: from bearings and distances to points of its canvas.

import type { Context2D } from "../ui/canvas";

export interface Disc {
  ctx: Context2D;
  x: number; // px, its middle
  y: number;
  r: number;
  range: number; // m at its rim
}

export const spoke = (d: Disc, azimuth: number, meters: number): [number, number] => {
  const a = (azimuth * Math.PI) / 180;
  const r = (meters / d.range) * d.r;
  return [d.x + r * Math.sin(a), d.y - r * Math.cos(a)];
};
