// The drawing of the height view.

import type { ReplayRadar } from "../contract";
import type { Replay } from "../decode";
import { destination, type LonLat, maskElevation, rayHeight } from "../geo";
import { label, put, symbol } from "../map/sprites";
import { LabelBoxes } from "../map/viewport";
import { type Colors, palette } from "../theme";
import type { Context2D } from "../ui/canvas";
import { truncateMiddle } from "../ui/dom";
import { step } from "../ui/scale";
import * as units from "../ui/units";
import type { CoverageProfile } from "./coverage";
import type { NearBearing } from "./wedge";

export interface VerticalCut {
  reaches: CoverageProfile[];
  spot: LonLat;
  antenna: number;
  azimuth: number;
  ground?: Float64Array;
  groundFar?: number;
}
export interface Drawing {
  section: VerticalCut;
  radar: ReplayRadar | undefined;
  far: number;
  top: number;
  seen: NearBearing[];
  units: units.Units;
  flight: number | null;
}

const SAMPLES = 360;
const MARGINS = { left: 58, right: 14, top: 12, bottom: 38 };
const PART_BELOW_SEA = 0.04; // part of the drawing below the sea

interface Axes {
  x(d: number): number;
  y(h: number): number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Ground along the bearing; kept with the cut while the distance stays. */
function groundAlong(replay: Replay, c: VerticalCut, far: number): Float64Array {
  if (!c.ground || c.groundFar !== far) {
    c.ground = Float64Array.from({ length: SAMPLES + 1 }, (_, k) => {
      const [lon, lat] = destination(c.spot, c.azimuth, (far * k) / SAMPLES);
      return replay.groundAt(lon, lat);
    });
    c.groundFar = far;
  }
  return c.ground;
}

export function paintProfile(ctx: Context2D, width: number, tall: number, replay: Replay, d: Drawing): void {
  const c = palette();
  const [left, right, top, bottom] = [MARGINS.left, width - MARGINS.right, MARGINS.top, tall - MARGINS.bottom];
  const low = -PART_BELOW_SEA * d.top;
  const a: Axes = {
    left,
    right,
    top,
    bottom,
    x: (m) => left + (m / d.far) * (right - left),
    y: (m) => bottom - ((m - low) / (d.top - low)) * (bottom - top),
  };
  ctx.clearRect(0, 0, width, tall);
  ctx.fillStyle = c.dark ? "#161d25" : "#f7fafc";
  ctx.fillRect(left, top, right - left, bottom - top);
  paintAxes(ctx, a, d, c);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  paintReach(ctx, a, d, c);
  paintHorizon(ctx, a, d, c);
  paintGround(ctx, a, groundAlong(replay, d.section, d.far), d, c);
  paintSeen(ctx, a, d, c);
  ctx.restore();
  paintKeys(ctx, a, d, c);
}

function paintAxes(ctx: Context2D, a: Axes, d: Drawing, c: Colors): void {
  const along = units.ruler(d.units);
  const up = d.units === "aviation" ? units.upright(d.units) : { meters: 1000, name: "km" };
  const ink = c.muted;
  const none = "rgba(0,0,0,0)";
  ctx.strokeStyle = c.rule;
  ctx.lineWidth = 1;
  const dx = step(d.far / along.meters, 6);
  for (let v = 0; v * along.meters <= d.far * 1.0001; v += dx) {
    const x = Math.round(a.x(v * along.meters)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, a.top);
    ctx.lineTo(x, a.bottom);
    ctx.stroke();
    const sprite = label(short(v), ink, none, 11);
    put(ctx, sprite, x - sprite.width / 2, a.bottom + 3);
  }
  const dy = step(d.top / up.meters, 6);
  for (let v = 0; v * up.meters <= d.top * 1.0001; v += dy) {
    const y = Math.round(a.y(v * up.meters)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(a.left, y);
    ctx.lineTo(a.right, y);
    ctx.stroke();
    const sprite = label(short(v), ink, none, 11);
    put(ctx, sprite, a.left - sprite.width - 2, y - sprite.height / 2);
  }
  const across = label(`Distance, ${along.name}, on bearing ${units.bearing(d.section.azimuth)}`, ink, none, 11);
  put(ctx, across, (a.left + a.right) / 2 - across.width / 2, a.bottom + 19);
  const upward = label(`Height, ${up.name}`, ink, none, 11);
  ctx.save();
  ctx.translate(11, (a.top + a.bottom) / 2 + upward.width / 2);
  ctx.rotate(-Math.PI / 2);
  put(ctx, upward, 0, -upward.height / 2);
  ctx.restore();
}

const short = (v: number): string => (v >= 10_000 ? `${Math.round(v / 1000)}k` : String(Number(v.toPrecision(6))));

/** The reach between heights as a shape, and at each computed height as a line: only there it is computed. */
function paintReach(ctx: Context2D, a: Axes, d: Drawing, c: Colors): void {
  for (const r of d.section.reaches) {
    const color = r.kind === "published" ? c.blue : r.kind === "emergent" ? c.orange : c.green;
    ctx.beginPath();
    for (const p of r.spans) ctx.lineTo(a.x(p.far), a.y(p.height)); // the first one begins the path
    for (const p of [...r.spans].reverse()) ctx.lineTo(a.x(p.near), a.y(p.height));
    ctx.closePath();
    ctx.fillStyle = color;
    ctx.globalAlpha = 0.14;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.4;
    ctx.setLineDash(r.kind === "published" ? [6, 4] : []);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = color;
    for (const p of r.spans) {
      ctx.fillRect(a.x(p.far) - 2.5, a.y(p.height) - 2.5, 5, 5);
      if (p.near > 0) ctx.fillRect(a.x(p.near) - 2.5, a.y(p.height) - 2.5, 5, 5);
    }
  }
}

/** Below the dotted line a target is hidden from the radar by the horizon or by terrain. */
function paintHorizon(ctx: Context2D, a: Axes, d: Drawing, c: Colors): void {
  if (!d.radar) return;
  const elevation = maskElevation(d.radar.mask, d.section.azimuth);
  if (!Number.isFinite(elevation)) return;
  ctx.beginPath();
  for (let k = 0; k <= 120; k++) {
    const m = (d.far * k) / 120;
    const y = a.y(rayHeight(d.radar.at[2], elevation, m));
    if (k) ctx.lineTo(a.x(m), y);
    else ctx.moveTo(a.x(m), y);
  }
  ctx.strokeStyle = c.ink;
  ctx.lineWidth = 1.6;
  ctx.setLineDash([1, 4]);
  ctx.lineCap = "round";
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = "butt";
  ctx.lineTo(a.right, a.bottom);
  ctx.lineTo(a.left, a.bottom);
  ctx.closePath();
  ctx.fillStyle = c.shade;
  ctx.fill();
}

function paintGround(ctx: Context2D, a: Axes, ground: Float64Array, d: Drawing, c: Colors): void {
  const sea = c.dark ? "#1f3a4e" : "#b9d3e4";
  ctx.fillStyle = sea;
  ctx.fillRect(a.left, a.y(0), a.right - a.left, a.bottom - a.y(0));
  ctx.beginPath();
  ctx.moveTo(a.left, a.bottom);
  ground.forEach((g, k) => {
    ctx.lineTo(a.x((d.far * k) / SAMPLES), a.y(g > 0 ? g : -1e6));
  });
  ctx.lineTo(a.right, a.bottom);
  ctx.closePath();
  ctx.fillStyle = c.dark ? "#4a4237" : "#b9a98d";
  ctx.fill();
  ctx.strokeStyle = c.dark ? "#8c7d66" : "#6f6049";
  ctx.lineWidth = 1;
  ctx.stroke();
}

function paintSeen(ctx: Context2D, a: Axes, d: Drawing, c: Colors): void {
  const taken = new LabelBoxes();
  for (const m of d.seen) if (m.kind !== "round") taken.claim(a.x(m.distance) - 10, a.y(m.height) - 10, 20, 20, true);
  const [wide, tall] = [a.x(1) - a.x(0), a.y(0) - a.y(1)];
  for (const m of d.seen) {
    const [x, y] = [a.x(m.distance), a.y(m.height)];
    if (m.kind === "round") {
      const angle = Math.atan2(-m.climb * tall, m.along * wide);
      arrow(ctx, x, y, angle, c);
      continue;
    }
    const sprite = symbol(m.symbol);
    if (sprite) put(ctx, sprite, x, y);
    if (m.row === d.flight && d.flight !== null) {
      ctx.beginPath();
      ctx.arc(x, y, 16, 0, 2 * Math.PI);
      ctx.strokeStyle = c.ink;
      ctx.lineWidth = 2;
      ctx.stroke();
    }
    const text = label(truncateMiddle(m.name, 24), c.ink, c.halo, 10.5, m.row === d.flight);
    const left = x + 14 + text.width < a.right ? x + 14 : x - 14 - text.width;
    if (taken.claim(left, y - text.height / 2, text.width, text.height)) put(ctx, text, left, y - text.height / 2);
  }
}

function arrow(ctx: Context2D, x: number, y: number, angle: number, c: Colors): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(angle);
  ctx.beginPath();
  ctx.moveTo(8, 0);
  ctx.lineTo(-5, 3.6);
  ctx.lineTo(-5, -3.6);
  ctx.closePath();
  ctx.fillStyle = c.friend;
  ctx.fill();
  ctx.strokeStyle = c.dark ? "#0b1116" : "#ffffff";
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.restore();
}

function paintKeys(ctx: Context2D, a: Axes, d: Drawing, c: Colors): void {
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
    ctx.beginPath();
    ctx.moveTo(a.right - wide, y);
    ctx.lineTo(a.right - wide + 26, y);
    ctx.strokeStyle = color;
    ctx.lineWidth = 2;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
    put(ctx, sprites[k], a.right - wide + 30, y - sprites[k].height / 2);
  });
}
