// What moves on the map, in one pass: trails, flights or the posts' tracks, rounds, intercepts, labels.

import { flightsOfTracks, identityAt, misidentified, symbolOf } from "../belief";
import type { Mover } from "../contract";
import { legAt, type Place, type Replay } from "../decode";
import { mercatorX, mercatorY } from "../geo";
import { during } from "../noise";
import { sitePosition } from "../scope/plots";
import type { State } from "../store";
import { type Colors, sideColor } from "../theme";
import type { Context2D } from "../ui/canvas";
import { truncateMiddle } from "../ui/dom";
import * as units from "../ui/units";
import { badgeBeside, ribbons, shapeOf } from "./beliefs";
import type { DrawnMover } from "./drawn";
import { placeLabel } from "./labels";
import { radiating, StrobeLayer } from "./noise";
import { label, put, symbol } from "./sprites";
import type { LabelBoxes, Viewport } from "./viewport";

const TRAIL_SECONDS = 120; // s
const MAX_TRAIL_POINTS = 48; // of a trail
const MAX_ALL_POINTS = 6000; // of all trails: what a processor draws in a few milliseconds
const MARK_SECONDS = 20; // s that an intercept stands out
const MAX_LABELS = 90;
const CROWD_LIMIT = 1200; // more than so many are drawn as small frames without trails, pictures and names
const LEADER_SECONDS = 30; // s that the line of the course looks ahead

interface Mark {
  t: number;
  x: number;
  y: number;
  kind: "kill" | "miss" | "hit" | "mistake";
}

const empty = (): Place => ({ lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 });

export class MovingLayer {
  readonly follows: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  private readonly marks: Mark[];
  private readonly flightOf = new Map<number, Mover>();
  private readonly place = empty();
  private readonly strobes: StrobeLayer;
  here: DrawnMover[] = [];

  constructor(private readonly replay: Replay) {
    this.follows = flightsOfTracks(replay);
    this.strobes = new StrobeLayer(replay);
    this.x = Float64Array.from(replay.lon, (v) => mercatorX(v * 1e-6));
    this.y = Float64Array.from(replay.lat, (v) => mercatorY(v * 1e-6));
    this.marks = marksOf(replay);
    for (const m of replay.header.movers) if (m.kind === "flight") this.flightOf.set(m.row, m);
  }

  /** Draw all of it on a clear canvas. */
  paint(ctx: Context2D, frame: Viewport, s: State, c: Colors, taken: LabelBoxes): void {
    this.find(frame, s);
    if (this.here.length > CROWD_LIMIT) {
      this.paintChosenPath(ctx, frame, s, c);
      this.paintCrowd(ctx, frame, s, c);
      return;
    }
    this.paintOrbits(ctx, frame, c);
    if (s.layers.has("strobes")) this.strobes.paint(ctx, frame, s, c);
    if (s.layers.has("trails")) {
      if (s.world === "truth") ribbons(ctx, frame, this.replay, this.here, this, [s.time - TRAIL_SECONDS, s.time], c);
      this.paintTrails(ctx, frame, s, c);
    }
    this.paintChosenPath(ctx, frame, s, c);
    if (s.layers.has("assignments")) this.paintAssignments(ctx, frame, s, c);
    this.paintMarks(ctx, frame, s, c);
    this.paintMovers(ctx, frame, s, c);
    if (s.layers.has("labels")) this.paintLabels(ctx, frame, s, c, taken);
  }

  /** What is in the air (or in the posts' picture) now, and where on the canvas. */
  private find(frame: Viewport, s: State): void {
    this.here = [];
    this.replay.header.movers.forEach((m, index) => {
      if (m.kind === "radar track" || m.kind === (s.world === "truth" ? "track" : "flight")) return;
      if (!this.replay.position(index, s.time, this.place)) return;
      const [x, y] = frame.point(this.place.lon, this.place.lat);
      const truth = this.flightOf.get(this.follows[index]);
      const identity = m.kind === "flight" || m.kind === "track" ? identityAt(m, s.time) : "";
      const wrong = truth ? misidentified(truth.side, identity) : false;
      this.here.push({ index, mover: m, x, y, identity, wrong, jams: during(m.jams, s.time) });
    });
    const rank = (e: DrawnMover): number =>
      s.flight !== null && this.follows[e.index] === s.flight ? 2 : e.wrong ? 1 : 0;
    this.here.sort((a, b) => rank(a) - rank(b)); // what matters most is drawn last, on top
  }

  /** So many that each is a small frame: its shape and color still tell the identity. */
  private paintCrowd(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const paths = new Map<string, Path2D>();
    for (const e of this.here) {
      if (!frame.shows(e.x, e.y)) continue;
      const color = this.color(e, c);
      const path = paths.get(color) ?? new Path2D();
      paths.set(color, path);
      shapeOf(path, e.x, e.y, e.mover.kind === "track" ? e.identity : e.mover.side);
      if (this.follows[e.index] >= 0 && this.follows[e.index] === s.flight) ring(ctx, e.x, e.y, 9, c.ink, []);
    }
    for (const [color, path] of paths) {
      ctx.fillStyle = color;
      ctx.fill(path);
    }
  }

  /** Color of a mover: of its side in truth, of its believed identity in belief. */
  private color(e: DrawnMover, c: Colors): string {
    return sideColor(c, e.mover.kind === "track" ? e.identity : e.mover.side);
  }

  private paintTrails(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const most = Math.min(MAX_TRAIL_POINTS, Math.max(6, Math.floor(MAX_ALL_POINTS / (this.here.length || 1))));
    const byColor = new Map<string, DrawnMover[]>();
    for (const e of this.here) {
      const color = this.color(e, c);
      const list = byColor.get(color);
      if (list) list.push(e);
      else byColor.set(color, [e]);
    }
    ctx.lineWidth = 1.5;
    ctx.lineJoin = "bevel";
    ctx.globalAlpha = 0.65;
    for (const [color, list] of byColor) {
      ctx.beginPath();
      for (const e of list) this.trail(ctx, frame, e, s.time - TRAIL_SECONDS, s.time, most);
      ctx.strokeStyle = color;
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  private trail(ctx: Context2D, frame: Viewport, e: DrawnMover, from: number, to: number, most: number): void {
    const { first, count } = e.mover;
    if (count < 2) return;
    const { time } = this.replay;
    const last = first + count - 1;
    const a = legAt(time, first, last, from * 100, first);
    const b = legAt(time, first, last, to * 100, a);
    const skip = Math.max(1, Math.ceil((b - a) / most));
    ctx.moveTo(frame.px(this.x[a]), frame.py(this.y[a]));
    for (let k = a + skip - (a % skip); k <= b; k += skip) ctx.lineTo(frame.px(this.x[k]), frame.py(this.y[k]));
    ctx.lineTo(e.x, e.y);
  }

  /** The whole way of what early warning flies: its orbit. */
  private paintOrbits(ctx: Context2D, frame: Viewport, c: Colors): void {
    ctx.beginPath();
    for (const m of this.replay.header.movers) {
      if (m.kind !== "ship" || !m.class || m.count < 2) continue;
      for (let k = m.first; k < m.first + m.count; k++) {
        const [x, y] = [frame.px(this.x[k]), frame.py(this.y[k])];
        if (k > m.first) ctx.lineTo(x, y);
        else ctx.moveTo(x, y);
      }
    }
    ctx.strokeStyle = c.friend;
    ctx.globalAlpha = 0.5;
    ctx.lineWidth = 1;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  private paintChosenPath(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const m = s.flight === null ? undefined : this.flightOf.get(s.flight);
    if (!m || m.count < 2) return;
    ctx.beginPath();
    const skip = Math.max(1, Math.floor(m.count / 600));
    for (let k = 0; k < m.count; k += skip) {
      const [x, y] = [frame.px(this.x[m.first + k]), frame.py(this.y[m.first + k])];
      if (k) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
    }
    ctx.strokeStyle = c.ink;
    ctx.globalAlpha = 0.75;
    ctx.lineWidth = 1.4;
    ctx.setLineDash([1, 4]);
    ctx.lineCap = "round";
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.lineCap = "butt";
    ctx.globalAlpha = 1;
  }

  /** A line from each fire unit to the flight (or the track of the flight) it is assigned to. */
  private paintAssignments(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const { engagements, units: all } = this.replay.header;
    ctx.beginPath();
    for (const g of engagements) {
      if (s.time < g.from || (g.to !== null && s.time >= g.to)) continue;
      const unit = all.find((u) => u.row === g.unit);
      const to = this.here.find((e) => e.mover.kind !== "round" && this.follows[e.index] === g.flight);
      if (!unit || !to) continue;
      const { spot } = sitePosition(this.replay, unit, s.time);
      const [x, y] = frame.point(spot[0], spot[1]);
      ctx.moveTo(x, y);
      ctx.lineTo(to.x, to.y);
    }
    ctx.strokeStyle = c.ink;
    ctx.globalAlpha = 0.55;
    ctx.lineWidth = 1;
    ctx.setLineDash([3, 4]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
  }

  private paintMarks(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    for (const m of this.marks) {
      if (m.t > s.time) break;
      const [x, y] = [frame.px(m.x), frame.py(m.y)];
      if (!frame.shows(x, y, 20)) continue;
      const fresh = s.time - m.t < MARK_SECONDS;
      ctx.globalAlpha = fresh ? 1 : 0.4;
      mark(ctx, x, y, m.kind, fresh ? 7 : 4.5, c);
    }
    ctx.globalAlpha = 1;
  }

  private paintMovers(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    for (const e of this.here) {
      if (!frame.shows(e.x, e.y, 30)) continue;
      const { kind } = e.mover;
      this.replay.position(e.index, s.time, this.place);
      if (kind === "round") {
        dart(ctx, e.x, e.y, this.place.course, c);
        continue;
      }
      if (kind !== "ship" || this.place.speed > 0) leader(ctx, e, this.place, frame, this.color(e, c));
      const name = kind === "track" ? symbolOf(e.identity, "air") : e.mover.symbol;
      const sprite = symbol(name);
      if (sprite) put(ctx, sprite, e.x, e.y);
      badgeBeside(ctx, e, this.flightOf.get(this.follows[e.index]), c);
      if (e.jams) radiating(ctx, e.x, e.y, c);
      if (e.wrong) ring(ctx, e.x, e.y, 20, c.vermilion, [5, 3]);
      if (this.follows[e.index] >= 0 && this.follows[e.index] === s.flight) ring(ctx, e.x, e.y, 17, c.ink, []);
    }
  }

  private paintLabels(ctx: Context2D, frame: Viewport, s: State, c: Colors, taken: LabelBoxes): void {
    for (const e of this.here) taken.claim(e.x - 9, e.y - 9, 18, 18, true);
    const chosen = (e: DrawnMover): boolean => s.flight !== null && this.follows[e.index] === s.flight;
    const weight = (e: DrawnMover): number =>
      (chosen(e) ? 4 : 0) + (e.wrong ? 2 : 0) + (e.mover.kind === "round" ? -3 : 0);
    const wanted = this.here
      .filter((e) => frame.shows(e.x, e.y) && e.mover.kind !== "round")
      .sort((a, b) => weight(b) - weight(a));
    let left = MAX_LABELS;
    for (const e of wanted) {
      if (left-- <= 0) break;
      const sprite = label(this.words(e, s, chosen(e)), c.ink, c.halo, 11, chosen(e));
      const gap = e.jams ? 25 : e.wrong ? 22 : 15;
      if (placeLabel(ctx, sprite, e.x, e.y, gap, frame, taken, chosen(e) ? 8 : 4) || !chosen(e)) continue;
      // The chosen one is named whatever it covers.
      taken.claim(e.x + gap, e.y - sprite.height / 2, sprite.width, sprite.height, true);
      put(ctx, sprite, e.x + gap, e.y - sprite.height / 2);
    }
  }

  private words(e: DrawnMover, s: State, chosen: boolean): string {
    const truth = this.flightOf.get(this.follows[e.index]);
    const wrong = e.wrong ? (s.world === "truth" ? `believed ${e.identity}` : `is ${truth?.side ?? ""}`) : "";
    const name =
      e.mover.kind === "track"
        ? `${e.mover.name.replace("Track ", "T")}${truth || !e.identity ? "" : " (false)"}`
        : truncateMiddle(e.mover.name, chosen ? 40 : 22);
    if (!chosen) return wrong ? `${name}\n${wrong}` : name;
    this.replay.position(e.index, s.time, this.place);
    const p = this.place;
    const noise = e.jams ? "radiates noise" : "";
    return [name, `${units.height(p.height, s.units)} · ${units.speed(p.speed, s.units)}`, noise, wrong]
      .filter(Boolean)
      .join("\n");
  }

  /** What moves within `reach` px of a point, the nearest first; flights and tracks before rounds. */
  near(x: number, y: number, reach: number): DrawnMover | undefined {
    const far = (e: DrawnMover): number => Math.hypot(e.x - x, e.y - y) + (e.mover.kind === "round" ? 6 : 0);
    return this.here.filter((e) => far(e) < reach).sort((a, b) => far(a) - far(b))[0];
  }
}

/** Kinds of event with a mark; of an intercept its outcome tells which. */
const MARKED: Record<string, Mark["kind"] | null> = { intercept: null, damage: "hit", misidentified: "mistake" };

function marksOf(replay: Replay): Mark[] {
  const kills = new Set(
    replay.header.lanes.flatMap((l) =>
      l.intercepts.filter(([, kill]) => kill).map(([t]) => `${l.flight}@${t.toFixed(2)}`),
    ),
  );
  const marks: Mark[] = [];
  for (const e of replay.header.events) {
    if (!e.at || !(e.kind in MARKED)) continue;
    const kind = MARKED[e.kind] ?? (kills.has(`${e.flight}@${e.t.toFixed(2)}`) ? "kill" : "miss");
    marks.push({ t: e.t, x: mercatorX(e.at[0]), y: mercatorY(e.at[1]), kind });
  }
  return marks.sort((a, b) => a.t - b.t);
}

/** A kill is a cross, a miss an open circle, a hit on an asset a star, a shot by mistake a triangle around a point. */
export function mark(ctx: Context2D, x: number, y: number, kind: Mark["kind"], r: number, c: Colors): void {
  ctx.lineWidth = 2.2;
  ctx.beginPath();
  if (kind === "mistake") {
    ctx.moveTo(x, y - 1.3 * r);
    ctx.lineTo(x + 1.2 * r, y + 0.8 * r);
    ctx.lineTo(x - 1.2 * r, y + 0.8 * r);
    ctx.closePath();
    ctx.moveTo(x, y - 0.5 * r);
    ctx.lineTo(x, y + 0.25 * r);
  } else if (kind === "miss") ctx.arc(x, y, r * 0.8, 0, 2 * Math.PI);
  else {
    const arms = kind === "kill" ? 4 : 8;
    for (let k = 0; k < arms; k++) {
      const a = (2 * Math.PI * (k + 0.5)) / arms;
      ctx.moveTo(x, y);
      ctx.lineTo(x + r * 1.2 * Math.cos(a), y + r * 1.2 * Math.sin(a));
    }
  }
  ctx.strokeStyle = kind === "hit" || kind === "mistake" ? c.vermilion : kind === "kill" ? c.blue : c.muted;
  ctx.stroke();
}

/** A round: a dart that points along its course. */
export function dart(ctx: Context2D, x: number, y: number, course: number, c: Colors): void {
  const a = (course * Math.PI) / 180;
  const [s, k] = [Math.sin(a), Math.cos(a)];
  ctx.beginPath();
  ctx.moveTo(x + 8 * s, y - 8 * k);
  ctx.lineTo(x - 5 * s + 3.6 * k, y + 5 * k + 3.6 * s);
  ctx.lineTo(x - 5 * s - 3.6 * k, y + 5 * k - 3.6 * s);
  ctx.closePath();
  ctx.fillStyle = c.friend;
  ctx.fill();
  ctx.strokeStyle = c.dark ? "#0b1116" : "#ffffff";
  ctx.lineWidth = 1;
  ctx.stroke();
}

function leader(ctx: Context2D, e: DrawnMover, p: Place, frame: Viewport, color: string): void {
  const length = Math.min(46, (p.speed * LEADER_SECONDS) / frame.meters(p.lat));
  if (length < 13) return;
  const a = (p.course * Math.PI) / 180;
  ctx.beginPath();
  ctx.moveTo(e.x + 12 * Math.sin(a), e.y - 12 * Math.cos(a));
  ctx.lineTo(e.x + (12 + length) * Math.sin(a), e.y - (12 + length) * Math.cos(a));
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.6;
  ctx.stroke();
}

function ring(ctx: Context2D, x: number, y: number, r: number, color: string, dash: number[]): void {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.setLineDash(dash);
  ctx.stroke();
  ctx.setLineDash([]);
}
