// From places on the earth to points of the map's canvas, and text that keeps clear of other text.

import { latOf, lonOf, mercatorX, mercatorY } from "../geo";

/** The part of the earth that the canvas shows: middle (web-mercator m), m a px, size (CSS px). */
export class Viewport {
  readonly left: number;
  readonly top: number;

  constructor(
    readonly x: number,
    readonly y: number,
    readonly resolution: number,
    readonly width: number,
    readonly height: number,
  ) {
    this.left = x - (width / 2) * resolution;
    this.top = y + (height / 2) * resolution;
  }

  px(mercator: number): number {
    return (mercator - this.left) / this.resolution;
  }
  py(mercator: number): number {
    return (this.top - mercator) / this.resolution;
  }
  point(lon: number, lat: number): [number, number] {
    return [this.px(mercatorX(lon)), this.py(mercatorY(lat))];
  }
  lonLat(x: number, y: number): [number, number] {
    return [lonOf(this.left + x * this.resolution), latOf(this.top - y * this.resolution)];
  }
  /** Length on the ground of one px at a latitude, m. */
  meters(lat: number): number {
    return this.resolution * Math.cos((lat * Math.PI) / 180) * (6_371_008.8 / 6_378_137);
  }
  shows(x: number, y: number, room = 0): boolean {
    return x > -room && y > -room && x < this.width + room && y < this.height + room;
  }
}

const CELL = 48; // px of the grid that finds neighbors

/** Boxes already taken, looked up by a grid; those of `under` count too. */
export class LabelBoxes {
  private readonly cells = new Map<number, number[]>();
  private readonly boxes: number[] = [];

  constructor(private readonly under: LabelBoxes | null = null) {}

  private overlaps(x: number, y: number, width: number, height: number): boolean {
    const b = this.boxes;
    for (let c = Math.floor(x / CELL); c <= Math.floor((x + width) / CELL); c++) {
      for (let r = Math.floor(y / CELL); r <= Math.floor((y + height) / CELL); r++) {
        for (const k of this.cells.get(c * 8192 + r) ?? []) {
          if (x < b[k + 2] && b[k] < x + width && y < b[k + 3] && b[k + 1] < y + height) return true;
        }
      }
    }
    return this.under?.overlaps(x, y, width, height) ?? false;
  }

  /** Take a box if it is free, or whatever lies there with `force`. */
  claim(x: number, y: number, width: number, height: number, force = false): boolean {
    if (!force && this.overlaps(x, y, width, height)) return false;
    const k = this.boxes.push(x, y, x + width, y + height) - 4;
    for (let c = Math.floor(x / CELL); c <= Math.floor((x + width) / CELL); c++) {
      for (let r = Math.floor(y / CELL); r <= Math.floor((y + height) / CELL); r++) {
        const key = c * 8192 + r;
        const cell = this.cells.get(key);
        if (cell) cell.push(k);
        else this.cells.set(key, [k]);
      }
    }
    return true;
  }
}

/** Sides of a place for its label, as parts of the label's width and height, in order of liking. */
export const SIDES: readonly (readonly [number, number])[] = [
  [0, -0.5],
  [-1, -0.5],
  [-0.5, -1],
  [-0.5, 0],
  [0, -1],
  [0, 0],
  [-1, -1],
  [-1, 0],
];

/** Corner of a label on a side of a place, `gap` px off. */
export function labelCorner(
  side: readonly [number, number],
  x: number,
  y: number,
  width: number,
  height: number,
  gap: number,
): [number, number] {
  const dx = side[0] === 0 ? gap : side[0] === -1 ? -gap : 0;
  const dy = side[1] === 0 ? gap : side[1] === -1 ? -gap : 0;
  return [x + side[0] * width + dx, y + side[1] * height + dy];
}
