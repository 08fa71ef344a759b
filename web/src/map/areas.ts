// Zones, corridors and airways on the map: told apart by hatching and dashes, and named.

import { AREA_WORDS, inForce, knownAt, stateWords } from "../areas";
import type { Area } from "../contract";
import type { State } from "../store";
import type { Colors } from "../theme";
import { type Context2D, context2d } from "../ui/canvas";
import { placeLabel } from "./labels";
import { type Line, projected } from "./lines";
import { label } from "./sprites";
import { stroke, trace } from "./strokes";
import type { LabelBoxes, Viewport } from "./viewport";

const HATCH = 9; // px between strokes
const ARROWS = 90; // px between arrowheads of an airway
const FAINT = 0.4; // of what does not hold now

interface Look {
  color: (c: Colors) => string;
  dash: number[];
  hatch: "down" | "up" | "dots" | null;
  width: number;
}
const LOOKS: Record<Area["kind"], Look> = {
  "no fire": { color: (c) => c.green, dash: [], hatch: "down", width: 2 },
  "free fire": { color: (c) => c.vermilion, dash: [10, 4], hatch: "up", width: 2 },
  notified: { color: (c) => c.blue, dash: [3, 3], hatch: "dots", width: 2 },
  corridor: { color: (c) => c.neutral, dash: [], hatch: null, width: 1 },
  airway: { color: (c) => c.neutral, dash: [12, 5], hatch: null, width: 1.4 },
};

const tiles = new Map<string, HTMLCanvasElement>();

/** A small picture that repeats: slanted strokes or dots. */
function tile(hatch: "down" | "up" | "dots", color: string): HTMLCanvasElement {
  const key = `${hatch} ${color}`;
  const known = tiles.get(key);
  if (known) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = HATCH;
  const ctx = context2d(canvas);
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.lineWidth = 1;
  ctx.beginPath();
  if (hatch === "dots") ctx.arc(HATCH / 2, HATCH / 2, 1.1, 0, 2 * Math.PI);
  for (const k of hatch === "dots" ? [] : [-HATCH, 0, HATCH]) {
    ctx.moveTo(k - 1, hatch === "down" ? -1 : HATCH + 1);
    ctx.lineTo(k + HATCH + 1, hatch === "down" ? HATCH + 1 : -1);
  }
  if (hatch === "dots") ctx.fill();
  else ctx.stroke();
  tiles.set(key, canvas);
  return canvas;
}

interface Drawn {
  area: Area;
  rings: Line[];
  line: Line | null;
}

/** What is declared in the sky of one replay. */
export class AreaLayer {
  private readonly drawn: Drawn[];

  constructor(areas: readonly Area[]) {
    this.drawn = areas.map((area) => ({
      area,
      rings: area.rings.map(projected),
      line: area.line ? projected(area.line) : null,
    }));
  }

  paint(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    for (const d of this.drawn) {
      const look = LOOKS[d.area.kind];
      const color = look.color(c);
      const known = knownAt(d.area, s.time);
      const holds = inForce(d.area, s.time);
      ctx.globalAlpha = holds ? 1 : FAINT;
      if (look.hatch && holds && (!known || known.known > 0)) fill(ctx, frame, d.rings, look.hatch, color);
      stroke(ctx, frame, d.rings, color, look.width, look.dash);
      if (d.line && d.area.kind === "airway") airway(ctx, frame, d.line, color, d.area.bothWays ?? false);
      ctx.globalAlpha = 1;
    }
  }

  /** Names, where they fit; after what stands has taken its room. */
  paintNames(ctx: Context2D, frame: Viewport, s: State, c: Colors, taken: LabelBoxes): void {
    for (const d of this.drawn) {
      const said = [AREA_WORDS[d.area.kind], stateWords(d.area, s.time)].filter(Boolean).join(", ");
      const sprite = label(`${d.area.name}\n${said}`, LOOKS[d.area.kind].color(c), c.halo, 11);
      for (const [x, y] of anchors(frame, d)) {
        if (frame.shows(x, y) && placeLabel(ctx, sprite, x, y, d.area.kind === "airway" ? 22 : 5, frame, taken)) break;
      }
    }
  }

  /** Changes when one of them looks different at another time. */
  key(t: number): string {
    return this.drawn.map((d) => `${Number(inForce(d.area, t))}${stateWords(d.area, t)}`).join("|");
  }
}

/** Points of the outline, the northernmost first, and of the line, those a third along it first. */
function anchors(frame: Viewport, d: Drawn): [number, number][] {
  const of = d.area.kind === "airway" && d.line ? [d.line] : d.rings;
  const all: [number, number][] = [];
  for (const line of of) {
    const step = Math.max(2, 2 * Math.floor(line.length / 48));
    for (let k = 0; k < line.length; k += step) all.push([frame.px(line[k]), frame.py(line[k + 1])]);
  }
  if (d.area.kind !== "airway") return all.sort((a, b) => a[1] - b[1]);
  const middle = all.length / 3; // not amid the traffic
  return all
    .map((p, k): [[number, number], number] => [p, Math.abs(k - middle)])
    .sort((a, b) => a[1] - b[1])
    .map(([p]) => p);
}

function fill(ctx: Context2D, frame: Viewport, rings: Line[], hatch: "down" | "up" | "dots", color: string): void {
  const pattern = ctx.createPattern(tile(hatch, color), "repeat");
  if (!pattern) return;
  ctx.save();
  ctx.beginPath();
  for (const ring of rings) trace(ctx, frame, ring);
  ctx.clip("nonzero");
  ctx.globalAlpha *= 0.55;
  ctx.fillStyle = pattern;
  ctx.fillRect(0, 0, frame.width, frame.height);
  ctx.restore();
}

/** The axis with arrowheads along it, both ways if it is flown so. */
function airway(ctx: Context2D, frame: Viewport, line: Line, color: string, bothWays: boolean): void {
  stroke(ctx, frame, [line], color, 1.4, [12, 5]);
  ctx.beginPath();
  let left = ARROWS / 2;
  for (let k = 0; k + 3 < line.length; k += 2) {
    const [ax, ay, bx, by] = [frame.px(line[k]), frame.py(line[k + 1]), frame.px(line[k + 2]), frame.py(line[k + 3])];
    const length = Math.hypot(bx - ax, by - ay);
    if (length === 0 || (!frame.shows(ax, ay, 200) && !frame.shows(bx, by, 200))) continue;
    for (; left < length; left += ARROWS) {
      const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
      const [x, y] = [ax + ux * left, ay + uy * left];
      if (!frame.shows(x, y)) continue;
      head(ctx, x + ux * 5, y + uy * 5, ux, uy);
      if (bothWays) head(ctx, x - ux * 5, y - uy * 5, -ux, -uy);
    }
    left -= length;
  }
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.8;
  ctx.stroke();
}

function head(ctx: Context2D, x: number, y: number, ux: number, uy: number): void {
  ctx.moveTo(x - 6 * ux - 4 * uy, y - 6 * uy + 4 * ux);
  ctx.lineTo(x, y);
  ctx.lineTo(x - 6 * ux + 4 * uy, y - 6 * uy - 4 * ux);
}

/** A sample for the legend, 28 px wide. */
export function sampleArea(ctx: Context2D, x: number, y: number, kind: Area["kind"], c: Colors): void {
  const look = LOOKS[kind];
  const color = look.color(c);
  ctx.strokeStyle = color;
  ctx.lineWidth = look.width;
  if (kind === "airway") {
    ctx.setLineDash([8, 4]);
    ctx.beginPath();
    ctx.moveTo(x - 14, y);
    ctx.lineTo(x + 14, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    head(ctx, x + 5, y, 1, 0);
    ctx.stroke();
    return;
  }
  const [wide, tall] = [26, kind === "corridor" ? 10 : 18];
  if (look.hatch) {
    const pattern = ctx.createPattern(tile(look.hatch, color), "repeat");
    if (pattern) {
      ctx.fillStyle = pattern;
      ctx.globalAlpha = 0.7;
      ctx.fillRect(x - wide / 2, y - tall / 2, wide, tall);
      ctx.globalAlpha = 1;
    }
  }
  ctx.setLineDash(look.dash);
  ctx.strokeRect(x - wide / 2, y - tall / 2, wide, tall);
  ctx.setLineDash([]);
}
