// Lines of the earth as web-mercator coordinates.

import { mercatorX, mercatorY } from "../geo";

export type Line = Float64Array; // x, y, x, y … web-mercator m

/** A line of [lon, lat] in web-mercator m. */
export function projected(line: readonly (readonly number[])[]): Line {
  const out = new Float64Array(line.length * 2);
  line.forEach((p, k) => {
    out[2 * k] = mercatorX(p[0]);
    out[2 * k + 1] = mercatorY(p[1]);
  });
  return out;
}

/** The rings without the legs that are gone along both ways, where a ring around a hole is cut open. */
export function outlineOf(rings: number[][][]): number[][][] {
  const key = (a: number[], b: number[]): string => `${a[0]},${a[1]},${b[0]},${b[1]}`;
  const legs = new Set<string>();
  for (const ring of rings) for (let k = 1; k < ring.length; k++) legs.add(key(ring[k - 1], ring[k]));
  const lines: number[][][] = [];
  for (const ring of rings) {
    let line: number[][] = [];
    for (let k = 1; k < ring.length; k++) {
      if (legs.has(key(ring[k], ring[k - 1]))) {
        if (line.length > 1) lines.push(line);
        line = [];
      } else {
        if (!line.length) line.push(ring[k - 1]);
        line.push(ring[k]);
      }
    }
    if (line.length > 1) lines.push(line);
  }
  return lines;
}
