// The scope: a plan-position indicator of one radar, north up: sweep, fading plots, tracks, and what it cannot see.

import { flightsOfTracks, identityAt } from "../belief";
import type { Mover, ReplayRadar } from "../contract";
import type { Place, Replay } from "../decode";
import { bearing, distance, inSector, type LonLat } from "../geo";
import { label, put } from "../map/sprites";
import { LabelBoxes, labelCorner, SIDES } from "../map/viewport";
import { during, hiddenByNoise, Strobes } from "../noise";
import { type Disc, spoke } from "../scope/disc";
import { NOISE, paintHidden, paintStrobes } from "../scope/noise";
import { antennaSweep, detections, firstLookAfter, maskedRanges, type Sweep, sitePosition } from "../scope/plots";
import { actions, type State, store } from "../store";
import { onTheme } from "../theme";
import { type Context2D, sized } from "../ui/canvas";
import { h, reducedMotion, replace, truncate, uniqueId } from "../ui/dom";
import { step } from "../ui/scale";
import { throttle } from "../ui/timing";
import { tableToggle } from "../ui/toggle";
import * as units from "../ui/units";

// A scope is dark in every theme; contrast of text on it is above 7:1.
const GLASS = "#0e2a1d",
  LINE = "#2f6a4f",
  INK = "#cfeedd",
  PLOT = "#8dffb5",
  BLIND = "#040a07",
  SWEEP = "141,255,181";
const IDENTITY: Record<string, string> = {
  hostile: "#ff8f87",
  suspect: "#ff8f87",
  friend: "#8fd0ff",
  "assumed friend": "#8fd0ff",
  neutral: "#8ee6bd",
};
const MASK_HEIGHTS = [100, 500, 3000, 10_000]; // m
const SCALES = [25, 50, 100, 150, 200, 300, 400, 600]; // units of the ruler
const CLICK_RADIUS = 12; // px

interface ShownTrack {
  number: string;
  bearing: number;
  range: number;
  height: number;
  speed: number;
  identity: string;
  flight: number;
  x: number;
  y: number;
}

/** All that is worked out once for a radar. */
interface ScopeData {
  replay: Replay;
  radar: ReplayRadar;
  order: Int32Array;
  hidden: Int32Array;
  strobes: Strobes;
  sweep: Sweep | null;
  held: number[];
  follows: Int32Array;
  flights: Map<number, Mover>;
  fade: number;
}

function scopeDataOf(replay: Replay, radar: ReplayRadar): ScopeData {
  const { movers } = replay.header;
  const own = movers.flatMap((m, k) => (m.kind === "radar track" && m.radar === radar.row ? [k] : []));
  const posts = movers.flatMap((m, k) => (m.kind === "track" ? [k] : []));
  const sweep = antennaSweep(replay, radar);
  const flights = new Map(movers.filter((m) => m.kind === "flight").map((m) => [m.row, m]));
  return {
    replay,
    radar,
    order: detections(replay, radar.row),
    hidden: hiddenByNoise(replay, radar.row),
    strobes: new Strobes(replay),
    sweep,
    held: radar.role === "engagement" ? own : posts,
    follows: flightsOfTracks(replay),
    flights,
    fade: sweep ? Math.max(sweep.turn * 1.5, 8) : 6,
  };
}

class Scope {
  private work: ScopeData | null = null;
  private maskHeight = 3000; // m
  private range = 0; // m; 0: the radar's own
  private tracks: ShownTrack[] = [];
  private readonly radarChoice = h("select", {
    "aria-label": "Radar",
    onchange: () => actions.selectRadar(Number(this.radarChoice.value)),
  });
  private readonly rangeChoice = h("select", {
    "aria-label": "Range",
    onchange: () => {
      this.range = Number(this.rangeChoice.value);
      this.paint();
    },
  });
  private readonly maskChoice = h("select", {
    "aria-label": "Shade what is hidden from the radar at",
    onchange: () => {
      this.maskHeight = Number(this.maskChoice.value);
      this.paint();
    },
  });
  private readonly canvas = h("canvas", {
    class: "scope-canvas",
    role: "img",
    "aria-label": "Plan-position indicator; its tracks are in the table",
    onclick: (e: MouseEvent) => this.click(e),
  });
  private readonly holder = h("div", { class: "scope-holder" }, this.canvas);
  private readonly body = h("tbody");
  private readonly note = h("p", { class: "quiet" });
  private readonly table = h(
    "div",
    {
      class: "scroll",
      id: uniqueId("scope"),
      hidden: true,
      tabindex: 0,
      role: "region",
      "aria-label": "Tracks on the scope",
    },
    h(
      "table",
      { class: "plain-table" },
      h("caption", { class: "sr" }, "Tracks on the scope"),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          ...["Track", "Believed", "Bearing", "Range", "Height", "Speed"].map((t) => h("th", { scope: "col" }, t)),
        ),
      ),
      this.body,
    ),
  );

  constructor(root: HTMLElement) {
    root.append(
      h(
        "div",
        { class: "tool-row" },
        h("label", null, "Radar ", this.radarChoice),
        h("label", null, "Range ", this.rangeChoice),
        h("label", null, "Hidden below ", this.maskChoice),
        tableToggle(this.table, () => this.list()),
      ),
      this.holder,
      this.note,
      this.table,
    );
    store.on(["replay", "units"], (s) => this.offer(s));
    store.on(["replay", "radar", "units"], (s) => this.choose(s));
    const list = throttle(() => this.list(), 250);
    store.on(["time", "tab", "page", "flight", "world"], () => {
      this.paint();
      list();
    });
    onTheme(() => this.paint());
    new ResizeObserver(() => this.paint()).observe(this.holder);
  }

  /** What can be chosen with a replay and its units. */
  private offer({ replay, units: u }: State): void {
    const ruler = units.ruler(u);
    replace(
      this.radarChoice,
      ...(replay?.header.radars ?? []).map((r) => h("option", { value: r.row }, `${truncate(r.name, 40)} (${r.role})`)),
    );
    replace(
      this.rangeChoice,
      h("option", { value: 0 }, "whole"),
      ...SCALES.map((v) => h("option", { value: v * ruler.meters }, `${v} ${ruler.name}`)),
    );
    this.range = (u === "aviation" ? 100 : 150) * ruler.meters;
    this.rangeChoice.value = String(this.range);
    replace(this.maskChoice, ...MASK_HEIGHTS.map((m) => h("option", { value: m }, units.height(m, u))));
    this.maskChoice.value = String(this.maskHeight);
  }

  private choose(s: State): void {
    const radar = s.replay?.header.radars.find((r) => r.row === s.radar) ?? s.replay?.header.radars[0];
    this.work = s.replay && radar ? scopeDataOf(s.replay, radar) : null;
    this.radarChoice.value = String(radar?.row ?? "");
    this.say(s);
    this.paint();
    this.list();
  }

  /** What the scope is, how its radar stands now. */
  private say(s: State): void {
    const words = this.work ? describe(this.work, s) : "This replay has no radar.";
    if (this.note.textContent !== words) this.note.textContent = words;
  }

  private get shown(): boolean {
    const s = store.get();
    return s.page === "replay" && s.tab === "scope";
  }

  private paint(): void {
    if (!this.shown || !this.work) return;
    this.say(store.get());
    const { clientWidth: wide, clientHeight: tall } = this.holder;
    const side = Math.max(120, Math.min(wide, tall || wide));
    this.canvas.style.width = this.canvas.style.height = `${side}px`;
    const range = Math.min(this.range || Infinity, this.work.radar.range);
    this.tracks = draw(sized(this.canvas, side, side), side, this.work, store.get(), range, this.maskHeight);
  }

  private list(): void {
    if (!this.shown || this.table.hidden) return;
    const { units: u, flight } = store.get();
    const rows = this.tracks.map((t) =>
      h(
        "tr",
        { "aria-current": t.flight >= 0 && t.flight === flight ? "true" : null },
        h(
          "th",
          { scope: "row" },
          h(
            "button",
            { type: "button", class: "link", onclick: () => actions.selectFlight(t.flight >= 0 ? t.flight : null) },
            t.number,
          ),
        ),
        h("td", null, t.identity || "–"),
        h("td", { class: "n" }, units.bearing(t.bearing)),
        h("td", { class: "n" }, units.distance(t.range, u)),
        h("td", { class: "n" }, units.height(t.height, u)),
        h("td", { class: "n" }, units.speed(t.speed, u)),
      ),
    );
    replace(
      this.body,
      ...(rows.length ? rows : [h("tr", null, h("td", { colspan: 6, class: "quiet" }, "No tracks now."))]),
    );
  }

  private click(e: MouseEvent): void {
    const box = this.canvas.getBoundingClientRect();
    const far = (t: ShownTrack): number => Math.hypot(t.x - (e.clientX - box.left), t.y - (e.clientY - box.top));
    const best = this.tracks.filter((t) => far(t) < CLICK_RADIUS).sort((a, b) => far(a) - far(b))[0];
    if (best) actions.selectFlight(best.flight >= 0 ? best.flight : null);
  }
}

/** Show the scope in `root`. */
export function scope(root: HTMLElement): void {
  new Scope(root);
}

function describe(w: ScopeData, s: State): string {
  const turn = w.sweep ? `turns once in ${w.sweep.turn} s` : "does not turn";
  const thin = w.replay.header.looksThinned ? " Some looks are left out of this file." : "";
  const whose = w.radar.role === "engagement" ? "Tracks: its own." : "Tracks: the posts'.";
  const range = units.distance(w.radar.range, s.units);
  const labels = `Number and ${s.units === "aviation" ? "flight level" : "height"}.`;
  const silent = during(w.radar.silent, s.time) ? "Silent: emission control keeps it off. " : "";
  const strobes = w.strobes.at(s.time, w.radar.row).map((k) => units.bearing(k.azimuth));
  const hides = s.world === "truth" ? " Open marks: what the noise hides." : "";
  const noise = strobes.length ? ` Strobes of jammers, bearing without distance: ${strobes.join(", ")}.${hides}` : "";
  const name = truncate(w.radar.name, 60);
  return `${silent}${name} ${turn}, instrumented to ${range}. ${whose} ${labels}${noise}${thin}`;
}

function draw(ctx: Context2D, side: number, w: ScopeData, s: State, range: number, maskHeight: number): ShownTrack[] {
  ctx.clearRect(0, 0, side, side);
  const d: Disc = { ctx, x: side / 2, y: side / 2, r: side / 2 - 20, range };
  ctx.save();
  ctx.beginPath();
  ctx.arc(d.x, d.y, d.r, 0, 2 * Math.PI);
  ctx.fillStyle = GLASS;
  ctx.fill();
  ctx.clip();
  paintBlind(d, w.radar, maskHeight);
  paintRings(d, s);
  const silent = during(w.radar.silent, s.time);
  if (w.sweep && !silent && !reducedMotion()) paintSweep(d, w.sweep, s.time);
  paintStrobes(d, w.strobes.at(s.time, w.radar.row), w.radar.beam ?? 0);
  if (s.world === "truth") paintHidden(d, w.replay, w.hidden, s.time, w.fade);
  paintPlots(d, w, s.time);
  const shown = paintTracks(d, w, s);
  if (silent) {
    const words = label("SILENT", NOISE, GLASS, 16, true);
    put(ctx, words, d.x - words.width / 2, d.y + 10);
  }
  ctx.restore();
  paintRim(d);
  return shown;
}

/** Shade out of the sector, and from where a target at the height is below the horizon. */
function paintBlind(d: Disc, radar: ReplayRadar, height: number): void {
  const to = maskedRanges(radar, height);
  const { ctx } = d;
  ctx.beginPath();
  ctx.arc(d.x, d.y, d.r + 1, 0, 2 * Math.PI);
  for (let k = 0; k <= 720; k++) {
    const a = (k / 2) % 360;
    const [x, y] = spoke(d, a, Math.min(to[Math.floor(a)], d.range * 1.1));
    if (k) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  }
  ctx.closePath();
  ctx.fillStyle = BLIND;
  ctx.globalAlpha = 0.85;
  ctx.fill("evenodd");
  ctx.globalAlpha = 0.5;
  ctx.strokeStyle = LINE;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function paintRings(d: Disc, s: State): void {
  const ruler = units.ruler(s.units);
  const every = step(d.range / ruler.meters, 5);
  const { ctx } = d;
  ctx.strokeStyle = LINE;
  ctx.lineWidth = 1;
  for (let v = every; v * ruler.meters <= d.range * 1.001; v += every) {
    ctx.beginPath();
    ctx.arc(d.x, d.y, (v * ruler.meters * d.r) / d.range, 0, 2 * Math.PI);
    ctx.stroke();
    const sprite = label(`${v} ${ruler.name}`, INK, GLASS, 10);
    const [x, y] = spoke(d, 0, v * ruler.meters);
    put(ctx, sprite, x + 2, Math.max(y - sprite.height / 2, d.y - d.r));
  }
  ctx.beginPath();
  for (let a = 0; a < 360; a += 30) {
    const [x, y] = spoke(d, a, d.range);
    ctx.moveTo(d.x, d.y);
    ctx.lineTo(x, y);
  }
  ctx.globalAlpha = 0.5;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function paintSweep(d: Disc, sweep: Sweep, t: number): void {
  const { ctx } = d;
  for (const phase of sweep.phases) {
    const at = phase + (360 * t) / sweep.turn;
    for (let k = 0; k < 24; k++) {
      const [x, y] = spoke(d, at - k, d.range);
      ctx.beginPath();
      ctx.moveTo(d.x, d.y);
      ctx.lineTo(x, y);
      ctx.strokeStyle = `rgba(${SWEEP},${k ? 0.13 * (1 - k / 24) : 0.8})`;
      ctx.lineWidth = k ? 3 : 1.4;
      ctx.stroke();
    }
  }
}

function paintPlots(d: Disc, w: ScopeData, t: number): void {
  const { looks } = w.replay;
  const { ctx } = d;
  ctx.fillStyle = PLOT;
  for (let k = firstLookAfter(w.replay, w.order, (t - w.fade) * 100); k < w.order.length; k++) {
    const n = w.order[k];
    const age = t - looks.time[n] / 100;
    if (age < 0) break;
    const [x, y] = spoke(d, looks.azimuth[n] / 1000, looks.range[n]);
    ctx.globalAlpha = 0.15 + 0.85 * (1 - age / w.fade);
    ctx.fillRect(x - 2.2, y - 1.6, 4.4, 3.2);
  }
  ctx.globalAlpha = 1;
}

function paintTracks(d: Disc, w: ScopeData, s: State): ShownTrack[] {
  const from: LonLat = sitePosition(w.replay, w.radar, s.time).spot;
  const p: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };
  const shown: ShownTrack[] = [];
  const taken = new LabelBoxes();
  const { ctx } = d;
  for (const k of w.held) {
    if (!w.replay.position(k, s.time, p)) continue;
    const m = w.replay.header.movers[k];
    if (m.kind === "radar track" && m.radar === undefined && !inSector(w.radar.sector, bearing(from, [p.lon, p.lat])))
      continue; // cannot be its own
    const far = distance(from, [p.lon, p.lat]);
    if (far > d.range) continue;
    const at = bearing(from, [p.lon, p.lat]);
    const [x, y] = spoke(d, at, far);
    const flight = w.follows[k];
    const truth = w.flights.get(flight);
    const identity = identityAt(m, s.time) || (m.kind === "radar track" && truth ? identityAt(truth, s.time) : "");
    const number = m.name.replace(/^Track /, "");
    shown.push({ number, bearing: at, range: far, height: p.height, speed: p.speed, identity, flight, x, y });
    const color = IDENTITY[identity] ?? "#ffe27a";
    frameShape(ctx, x, y, identity);
    ctx.strokeStyle = color;
    ctx.lineWidth = flight >= 0 && flight === s.flight ? 3 : 1.6;
    ctx.stroke();
    const ahead = Math.min(60, ((p.speed * 30) / d.range) * d.r);
    const a = (p.course * Math.PI) / 180;
    ctx.beginPath();
    ctx.moveTo(x + 7 * Math.sin(a), y - 7 * Math.cos(a));
    ctx.lineTo(x + (7 + ahead) * Math.sin(a), y - (7 + ahead) * Math.cos(a));
    ctx.stroke();
    const level = s.units === "aviation" ? units.level(p.height) : units.height(p.height, "metric");
    const words = label(`${number}\n${level}`, color, GLASS, 10);
    for (const side of SIDES) {
      const [left, top] = labelCorner(side, x, y, words.width, words.height, 8);
      if (!taken.claim(left, top, words.width, words.height)) continue;
      put(ctx, words, left, top);
      break;
    }
  }
  return shown;
}

/** The frame's shape by identity: diamond, rectangle, square, circle for what is not known. */
function frameShape(ctx: Context2D, x: number, y: number, identity: string): void {
  ctx.beginPath();
  if (identity === "hostile" || identity === "suspect") {
    ctx.moveTo(x, y - 6.5);
    ctx.lineTo(x + 6.5, y);
    ctx.lineTo(x, y + 6.5);
    ctx.lineTo(x - 6.5, y);
    ctx.closePath();
  } else if (identity === "friend" || identity === "assumed friend") ctx.rect(x - 7, y - 4.5, 14, 9);
  else if (identity === "neutral") ctx.rect(x - 5, y - 5, 10, 10);
  else ctx.arc(x, y, 5.5, 0, 2 * Math.PI);
}

function paintRim(d: Disc): void {
  const { ctx } = d;
  ctx.beginPath();
  ctx.arc(d.x, d.y, d.r, 0, 2 * Math.PI);
  ctx.strokeStyle = "#3f6d58";
  ctx.lineWidth = 1.5;
  ctx.stroke();
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--muted").trim();
  for (let a = 0; a < 360; a += 30) {
    const sprite = label(String(a).padStart(3, "0"), ink, "rgba(0,0,0,0)", 10);
    const angle = (a * Math.PI) / 180;
    put(
      ctx,
      sprite,
      d.x + (d.r + 10) * Math.sin(angle) - sprite.width / 2,
      d.y - (d.r + 10) * Math.cos(angle) - sprite.height / 2,
    );
  }
}
