// The drawing of the height view.

import type { ReplayRadar } from "../contract";
import type { Replay } from "../decode";
import { maskAt, onward, rayHeight, type Spot } from "../geo";
import { Taken } from "../map/frame";
import { label, put, symbol } from "../map/sprites";
import { type Colors, palette } from "../theme";
import type { Context2D } from "../ui/canvas";
import { brief } from "../ui/dom";
import * as units from "../ui/units";
import type { Reach } from "./reach";

export interface Cut {
  reaches: Reach[];
  spot: Spot;
  antenna: number;
  azimuth: number;
  ground?: Float64Array;
  groundFar?: number;
}
export interface InPlane {
  name: string;
  kind: string;
  symbol: string;
  distance: number;
  height: number;
  along: number;
  climb: number;
  speed: number;
  row: number;
}
export interface Drawing {
  section: Cut;
  radar: ReplayRadar | undefined;
  far: number;
  top: number;
  seen: InPlane[];
  units: units.Units;
  flight: number | null;
}

const SAMPLES = 360;
const ROOM = { left: 58, right: 14, top: 12, bottom: 38 };
const LOW = 0.04; // part of the drawing below the sea

interface Axes {
  x(d: number): number;
  y(h: number): number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Ground along the bearing; kept with the cut while the distance stays. */
function groundAlong(replay: Replay, c: Cut, far: number): Float64Array {
  if (!c.ground || c.groundFar !== far) {
    c.ground = Float64Array.from({ length: SAMPLES + 1 }, (_, k) => {
      const [lon, lat] = onward(c.spot, c.azimuth, (far * k) / SAMPLES);
      return replay.groundAt(lon, lat);
    });
    c.groundFar = far;
  }
  return c.ground;
}

export function paintProfile(pen: Context2D, width: number, tall: number, replay: Replay, d: Drawing): void {
  const c = palette();
  const [left, right, top, bottom] = [ROOM.left, width - ROOM.right, ROOM.top, tall - ROOM.bottom];
  const low = -LOW * d.top;
  const a: Axes = {
    left,
    right,
    top,
    bottom,
    x: (m) => left + (m / d.far) * (right - left),
    y: (m) => bottom - ((m - low) / (d.top - low)) * (bottom - top),
  };
  pen.clearRect(0, 0, width, tall);
  pen.fillStyle = c.dark ? "#161d25" : "#f7fafc";
  pen.fillRect(left, top, right - left, bottom - top);
  paintAxes(pen, a, d, c);
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  paintReach(pen, a, d, c);
  paintHorizon(pen, a, d, c);
  paintGround(pen, a, groundAlong(replay, d.section, d.far), d, c);
  paintSeen(pen, a, d, c);
  pen.restore();
  paintKeys(pen, a, d, c);
}

function paintAxes(pen: Context2D, a: Axes, d: Drawing, c: Colors): void {
  const along = units.ruler(d.units);
  const up = d.units === "aviation" ? units.upright(d.units) : { meters: 1000, name: "km" };
  const ink = c.muted;
  const none = "rgba(0,0,0,0)";
  pen.strokeStyle = c.rule;
  pen.lineWidth = 1;
  const dx = units.step(d.far / along.meters, 6);
  for (let v = 0; v * along.meters <= d.far * 1.0001; v += dx) {
    const x = Math.round(a.x(v * along.meters)) + 0.5;
    pen.beginPath();
    pen.moveTo(x, a.top);
    pen.lineTo(x, a.bottom);
    pen.stroke();
    const sprite = label(short(v), ink, none, 11);
    put(pen, sprite, x - sprite.width / 2, a.bottom + 3);
  }
  const dy = units.step(d.top / up.meters, 6);
  for (let v = 0; v * up.meters <= d.top * 1.0001; v += dy) {
    const y = Math.round(a.y(v * up.meters)) + 0.5;
    pen.beginPath();
    pen.moveTo(a.left, y);
    pen.lineTo(a.right, y);
    pen.stroke();
    const sprite = label(short(v), ink, none, 11);
    put(pen, sprite, a.left - sprite.width - 2, y - sprite.height / 2);
  }
  const across = label(`Distance, ${along.name}, on bearing ${units.bearing(d.section.azimuth)}`, ink, none, 11);
  put(pen, across, (a.left + a.right) / 2 - across.width / 2, a.bottom + 19);
  const upward = label(`Height, ${up.name}`, ink, none, 11);
  pen.save();
  pen.translate(11, (a.top + a.bottom) / 2 + upward.width / 2);
  pen.rotate(-Math.PI / 2);
  put(pen, upward, 0, -upward.height / 2);
  pen.restore();
}

const short = (v: number): string => (v >= 10_000 ? `${Math.round(v / 1000)}k` : String(Number(v.toPrecision(6))));

/** The reach between heights as a shape, and at each computed height as a line: only there it is computed. */
function paintReach(pen: Context2D, a: Axes, d: Drawing, c: Colors): void {
  for (const r of d.section.reaches) {
    const color = r.kind === "published" ? c.blue : r.kind === "emergent" ? c.orange : c.green;
    pen.beginPath();
    for (const p of r.spans) pen.lineTo(a.x(p.far), a.y(p.height)); // the first one begins the path
    for (const p of [...r.spans].reverse()) pen.lineTo(a.x(p.near), a.y(p.height));
    pen.closePath();
    pen.fillStyle = color;
    pen.globalAlpha = 0.14;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = color;
    pen.lineWidth = 1.4;
    pen.setLineDash(r.kind === "published" ? [6, 4] : []);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = color;
    for (const p of r.spans) {
      pen.fillRect(a.x(p.far) - 2.5, a.y(p.height) - 2.5, 5, 5);
      if (p.near > 0) pen.fillRect(a.x(p.near) - 2.5, a.y(p.height) - 2.5, 5, 5);
    }
  }
}

/** Below the dotted line a target is hidden from the radar by the horizon or by terrain. */
function paintHorizon(pen: Context2D, a: Axes, d: Drawing, c: Colors): void {
  if (!d.radar) return;
  const elevation = maskAt(d.radar.mask, d.section.azimuth);
  if (!Number.isFinite(elevation)) return;
  pen.beginPath();
  for (let k = 0; k <= 120; k++) {
    const m = (d.far * k) / 120;
    const y = a.y(rayHeight(d.radar.at[2], elevation, m));
    if (k) pen.lineTo(a.x(m), y);
    else pen.moveTo(a.x(m), y);
  }
  pen.strokeStyle = c.ink;
  pen.lineWidth = 1.6;
  pen.setLineDash([1, 4]);
  pen.lineCap = "round";
  pen.stroke();
  pen.setLineDash([]);
  pen.lineCap = "butt";
  pen.lineTo(a.right, a.bottom);
  pen.lineTo(a.left, a.bottom);
  pen.closePath();
  pen.fillStyle = c.shade;
  pen.fill();
}

function paintGround(pen: Context2D, a: Axes, ground: Float64Array, d: Drawing, c: Colors): void {
  const sea = c.dark ? "#1f3a4e" : "#b9d3e4";
  pen.fillStyle = sea;
  pen.fillRect(a.left, a.y(0), a.right - a.left, a.bottom - a.y(0));
  pen.beginPath();
  pen.moveTo(a.left, a.bottom);
  ground.forEach((g, k) => {
    pen.lineTo(a.x((d.far * k) / SAMPLES), a.y(g > 0 ? g : -1e6));
  });
  pen.lineTo(a.right, a.bottom);
  pen.closePath();
  pen.fillStyle = c.dark ? "#4a4237" : "#b9a98d";
  pen.fill();
  pen.strokeStyle = c.dark ? "#8c7d66" : "#6f6049";
  pen.lineWidth = 1;
  pen.stroke();
}

function paintSeen(pen: Context2D, a: Axes, d: Drawing, c: Colors): void {
  const taken = new Taken();
  for (const m of d.seen) if (m.kind !== "round") taken.take(a.x(m.distance) - 10, a.y(m.height) - 10, 20, 20, true);
  const [wide, tall] = [a.x(1) - a.x(0), a.y(0) - a.y(1)];
  for (const m of d.seen) {
    const [x, y] = [a.x(m.distance), a.y(m.height)];
    if (m.kind === "round") {
      const angle = Math.atan2(-m.climb * tall, m.along * wide);
      arrow(pen, x, y, angle, c);
      continue;
    }
    const sprite = symbol(m.symbol);
    if (sprite) put(pen, sprite, x, y);
    if (m.row === d.flight && d.flight !== null) {
      pen.beginPath();
      pen.arc(x, y, 16, 0, 2 * Math.PI);
      pen.strokeStyle = c.ink;
      pen.lineWidth = 2;
      pen.stroke();
    }
    const text = label(brief(m.name, 24), c.ink, c.halo, 10.5, m.row === d.flight);
    const left = x + 14 + text.width < a.right ? x + 14 : x - 14 - text.width;
    if (taken.take(left, y - text.height / 2, text.width, text.height)) put(pen, text, left, y - text.height / 2);
  }
}

function arrow(pen: Context2D, x: number, y: number, angle: number, c: Colors): void {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.beginPath();
  pen.moveTo(8, 0);
  pen.lineTo(-5, 3.6);
  pen.lineTo(-5, -3.6);
  pen.closePath();
  pen.fillStyle = c.friend;
  pen.fill();
  pen.strokeStyle = c.dark ? "#0b1116" : "#ffffff";
  pen.lineWidth = 1;
  pen.stroke();
  pen.restore();
}

function paintKeys(pen: Context2D, a: Axes, d: Drawing, c: Colors): void {
  const rows: [string, string, number[]][] = d.section.reaches.map((r) => [
    r.name,
    r.kind === "published" ? c.blue : r.kind === "emergent" ? c.orange : c.green,
    r.kind === "published" ? [6, 4] : [],
  ]);
  if (d.radar?.mask.length) rows.push(["Hidden from the radar below", c.ink, [1, 4]]);
  const sprites = rows.map(([text]) => label(text, c.ink, c.halo, 11));
  const wide = Math.max(0, ...sprites.map((s) => s.width)) + 34;
  rows.forEach(([, color, dash], k) => {
    const y = a.top + 12 + 17 * k;
    pen.beginPath();
    pen.moveTo(a.right - wide, y);
    pen.lineTo(a.right - wide + 26, y);
    pen.strokeStyle = color;
    pen.lineWidth = 2;
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
    put(pen, sprites[k], a.right - wide + 30, y - sprites[k].height / 2);
  });
}
