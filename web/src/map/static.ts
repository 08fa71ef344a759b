// What stands still on the map: relief, coast, borders, towns, coverage, sectors, and what stands on the ground.

import type { Layer, ReplayPlace } from "../contract";
import type { Place, Replay } from "../decode";
import { destination, greatCircle, sectorSpan } from "../geo";
import { during } from "../noise";
import type { State } from "../store";
import { type Colors, DASHES, heightColor } from "../theme";
import { type Context2D, context2d } from "../ui/canvas";
import { AreaLayer } from "./areas";
import { aim, chosenLayers } from "./choice";
import { placeLabel } from "./labels";
import { type Line, outlineOf, projected } from "./lines";
import { silence, silentOf, silentWords } from "./noise";
import { label, put, type Sprite, symbol } from "./sprites";
import { stroke, trace } from "./strokes";
import { LabelBoxes, type Viewport } from "./viewport";

interface Shape {
  rings: Line[];
  outline: Line[];
}
/** Where a place was drawn (px), for the pointer. */
export interface DrawnPlace {
  place: ReplayPlace;
  x: number;
  y: number;
}

/** Lines and bitmaps of one replay, made once. */
export class StaticLayer {
  private readonly coast: Line[];
  private readonly borders: Line[];
  private relief: HTMLCanvasElement | null = null;
  private reliefDark: HTMLCanvasElement | null = null;
  private readonly areas: AreaLayer;
  private readonly shapes = new Map<Layer, Shape>();
  shown: DrawnPlace[] = [];

  constructor(
    private readonly replay: Replay,
    private readonly changed: () => void,
  ) {
    this.coast = replay.header.coast.map(projected);
    this.borders = replay.header.borders.map(projected);
    this.areas = new AreaLayer(replay.header.areas ?? []);
  }

  /** Draw the relief too, which may come after the rest. */
  async loadRelief(): Promise<void> {
    const { relief } = this.replay;
    if (!relief) return;
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(relief);
    } catch {
      return; // a relief that cannot be read leaves coast and borders to be seen
    }
    this.relief = tinted(bitmap, (c) => {
      c.globalAlpha = 0.12;
      c.fillStyle = "#ffffff";
    });
    this.reliefDark = tinted(bitmap, (c) => {
      c.globalCompositeOperation = "multiply";
      c.fillStyle = "#39434e";
    });
    this.changed();
  }

  /** Draw all of it; `taken` gets the boxes that labels of what moves keep clear of. */
  paint(ctx: Context2D, frame: Viewport, s: State, c: Colors, taken: LabelBoxes): void {
    ctx.fillStyle = c.page; // beyond the window nothing is known
    ctx.fillRect(0, 0, frame.width, frame.height);
    const { west, south, east, north } = this.replay.header.window;
    const [left, top] = frame.point(west, north);
    const [right, bottom] = frame.point(east, south);
    ctx.fillStyle = c.sea;
    ctx.fillRect(left, top, right - left, bottom - top);
    if (s.layers.has("relief")) this.paintRelief(ctx, frame, c);
    stroke(ctx, frame, this.coast, c.dark ? "#8fa6b8" : "#3f5f78", 1);
    if (s.layers.has("borders")) stroke(ctx, frame, this.borders, c.dark ? "#77808a" : "#8c8c8c", 0.8, [5, 3]);
    this.paintCoverage(ctx, frame, s, c);
    if (s.layers.has("areas")) this.areas.paint(ctx, frame, s, c);
    if (s.layers.has("sectors")) this.paintSectors(ctx, frame, s, c);
    paintAim(ctx, frame, c);
    this.paintAssets(ctx, frame, c);
    this.paintPlaces(ctx, frame, s, c, taken);
    if (s.layers.has("areas") && s.layers.has("labels")) this.areas.paintNames(ctx, frame, s, c, taken);
    if (s.layers.has("towns")) this.paintTowns(ctx, frame, c, taken);
  }

  private paintRelief(ctx: Context2D, frame: Viewport, c: Colors): void {
    const picture = c.dark ? this.reliefDark : this.relief;
    if (!picture) return;
    const { west, south, east, north } = this.replay.header.window;
    const [x, y] = frame.point(west, north);
    const [right, bottom] = frame.point(east, south);
    ctx.imageSmoothingEnabled = true;
    ctx.drawImage(picture, x, y, right - x, bottom - y);
  }

  private paintCoverage(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const { radars } = this.replay.header;
    const silent = (l: Layer): boolean =>
      l.kind === "detection" && during(radars.find((r) => r.row === l.owner)?.silent, s.time);
    const byHeight = new Map<number, (Shape & { hollow: boolean })[]>();
    for (const { layer, place } of chosenLayers(this.replay)) {
      const shape = { ...this.shape(layer), hollow: silent(layer) };
      byHeight.set(place, [...(byHeight.get(place) ?? []), shape]);
    }
    for (const [place, shapes] of [...byHeight].sort((a, b) => b[0] - a[0])) {
      ctx.fillStyle = heightColor(c, place);
      ctx.globalAlpha = (c.dark ? 0.15 : 0.12) / Math.sqrt(shapes.length);
      for (const shape of shapes) {
        if (shape.hollow) continue;
        ctx.beginPath();
        for (const line of shape.rings) trace(ctx, frame, line);
        ctx.fill("evenodd"); // rings may hold holes
      }
      ctx.globalAlpha = 1;
      stroke(
        ctx,
        frame,
        shapes.flatMap((shape) => shape.outline),
        heightColor(c, place),
        1.6,
        DASHES[place % DASHES.length],
      );
    }
  }

  private shape(layer: Layer): Shape {
    const known = this.shapes.get(layer);
    if (known) return known;
    const shape = { rings: layer.rings.map(projected), outline: outlineOf(layer.rings).map(projected) };
    this.shapes.set(layer, shape);
    return shape;
  }

  private paintSectors(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    for (const u of this.replay.header.units) {
      if (!u.sector || u.ship) continue;
      const from = u.sector[0];
      const span = sectorSpan(u.sector);
      const rays = [u.sector[0], u.sector[1]].map((a) =>
        projected(greatCircle([u.at[0], u.at[1]], destination([u.at[0], u.at[1]], a, 60_000))),
      );
      const bow = projected(
        Array.from({ length: 25 }, (_, k) => destination([u.at[0], u.at[1]], from + (span * k) / 24, 60_000)),
      );
      stroke(ctx, frame, [...rays, bow], c.friend, s.unit === u.row ? 1.6 : 0.7, [2, 4]);
    }
  }

  private paintAssets(ctx: Context2D, frame: Viewport, c: Colors): void {
    for (const p of this.replay.header.places) {
      if (p.kind !== "asset" || !(p.radius > 0) || p.ship) continue;
      const [x, y] = frame.point(p.at[0], p.at[1]);
      const r = p.radius / frame.meters(p.at[1]);
      if (r < 3) continue;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.strokeStyle = c.neutral;
      ctx.lineWidth = 1.2;
      ctx.stroke();
    }
  }

  /** What stands, the weightier first; what would cover another is put beside it, or waits until the map is nearer. */
  private paintPlaces(ctx: Context2D, frame: Viewport, s: State, c: Colors, taken: LabelBoxes): void {
    const symbols = new LabelBoxes();
    this.shown = [];
    for (const p of ranked(this.replay.header.places)) {
      const [x, y] = this.at(p, frame, s.time);
      const sprite = symbol(p.symbol);
      if (!sprite || !frame.shows(x, y, 40) || this.flies(p)) continue;
      if (p.kind === "launcher") {
        if (frame.resolution < LAUNCHER_RESOLUTION) {
          dot(ctx, x, y, p.downAt !== null && p.downAt <= s.time ? c.vermilion : c.friend);
          this.shown.push({ place: p, x, y });
        }
        continue;
      }
      const spot = freeSpot(
        symbols,
        sprite,
        x,
        y,
        frame.resolution < SIDE_BY_SIDE_RESOLUTION ? SIDE_OFFSETS : [[0, 0]],
      );
      if (!spot) continue;
      if (spot[0] !== x || spot[1] !== y) leaderLine(ctx, x, y, spot, c);
      const { silent, all } = silentOf(this.replay.header, p, s.time);
      ctx.globalAlpha = silent && silent === all ? 0.4 : 1;
      put(ctx, sprite, spot[0], spot[1]);
      ctx.globalAlpha = 1;
      if (silent) silence(ctx, spot[0], spot[1], p.kind === "radar" ? 13 : 19, c);
      if (p.downAt !== null && p.downAt <= s.time) crossOut(ctx, spot[0], spot[1], sprite, c);
      taken.claim(spot[0] - sprite.x, spot[1] - sprite.y, sprite.width, sprite.height, true);
      this.shown.push({ place: p, x: spot[0], y: spot[1] });
    }
    if (!s.layers.has("labels")) return;
    for (const { place, x, y } of this.shown) {
      if (place.kind === "launcher") continue;
      const said = [place.name, silentWords(this.replay.header, place, s.time)].filter(Boolean).join("\n");
      placeLabel(ctx, label(said, c.ink, c.halo, 11.5, place.kind === "site"), x, y, 15, frame, taken);
    }
  }

  /** Changes when what stands looks different at another time: something is put out of action, a ship sails. */
  key(t: number): string {
    const { places, radars } = this.replay.header;
    const silent = radars.map((r) => (r.silent ? Number(during(r.silent, t)) : "")).join("");
    const down = places.reduce((n, p) => n + (p.downAt !== null && p.downAt <= t ? 1 : 0), 0);
    return `${down}/${silent}/${this.areas.key(t)}/${places.some((p) => p.ship) ? Math.floor(t / 2) : 0}`;
  }

  /** What stands within `reach` px of a point. */
  near(x: number, y: number, reach: number): ReplayPlace | undefined {
    const far = (e: DrawnPlace): number => Math.hypot(e.x - x, e.y - y);
    return this.shown.filter((e) => far(e) < reach).sort((a, b) => far(a) - far(b))[0]?.place;
  }

  /** Where a place is on the canvas at a time: on its ship if it stands on one. */
  private at(p: ReplayPlace, frame: Viewport, t: number): [number, number] {
    if (p.ship) {
      const k = this.replay.header.movers.findIndex((m) => m.id === p.ship);
      const place: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };
      if (k >= 0 && this.replay.position(k, t, place)) return frame.point(place.lon, place.lat);
    }
    return frame.point(p.at[0], p.at[1]);
  }

  /** Is it a part of what flies: that is drawn by itself. */
  private flies(p: ReplayPlace): boolean {
    return p.ship !== null && this.replay.header.movers.some((m) => m.id === p.ship && m.class);
  }

  private paintTowns(ctx: Context2D, frame: Viewport, c: Colors, taken: LabelBoxes): void {
    for (const town of this.replay.header.towns) {
      const [x, y] = frame.point(town.at[0], town.at[1]);
      if (!frame.shows(x, y)) continue;
      ctx.beginPath();
      ctx.arc(x, y, 2, 0, 2 * Math.PI);
      ctx.fillStyle = c.muted;
      ctx.fill();
      placeLabel(ctx, label(town.name, c.muted, c.halo, 10.5), x, y, 4, frame, taken, 4);
    }
  }
}

/** The wedge that the height view shows. */
function paintAim(ctx: Context2D, frame: Viewport, c: Colors): void {
  const a = aim.get();
  if (!a) return;
  const side = (turn: number): [number, number][] => greatCircle(a.spot, destination(a.spot, a.azimuth + turn, a.far));
  ctx.beginPath();
  trace(ctx, frame, projected([...side(-a.half), ...side(a.half).reverse()]));
  ctx.fillStyle = c.ink;
  ctx.globalAlpha = 0.12;
  ctx.fill();
  ctx.globalAlpha = 1;
  stroke(ctx, frame, [projected(side(0))], c.ink, 1.2, [8, 4]);
}

const LAUNCHER_RESOLUTION = 60; // m a px from which launchers show
const SIDE_BY_SIDE_RESOLUTION = 250; // m a px from which radars and posts that share a place show side by side
const SIDE_OFFSETS = [
  [0, 0],
  [44, 0],
  [-44, 0],
  [0, 40],
  [0, -40],
  [44, 40],
  [-44, 40],
  [44, -40],
  [-44, -40],
]; // px

/** The first free one of some places around x, y for a symbol. */
function freeSpot(
  symbols: LabelBoxes,
  sprite: Sprite,
  x: number,
  y: number,
  around: readonly (readonly number[])[],
): [number, number] | null {
  for (const [dx, dy] of around) {
    if (symbols.claim(x + dx - sprite.x + 2, y + dy - sprite.y + 2, sprite.width - 4, sprite.height - 4))
      return [x + dx, y + dy];
  }
  return null;
}

/** A line from where something stands to its symbol beside. */
function leaderLine(ctx: Context2D, x: number, y: number, to: readonly [number, number], c: Colors): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(to[0], to[1]);
  ctx.strokeStyle = c.ink;
  ctx.lineWidth = 0.8;
  ctx.stroke();
}

function dot(ctx: Context2D, x: number, y: number, color: string): void {
  ctx.beginPath();
  ctx.arc(x, y, 3, 0, 2 * Math.PI);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.strokeStyle = "#ffffff";
  ctx.lineWidth = 1;
  ctx.stroke();
}

const RANK: Record<ReplayPlace["kind"], number> = { site: 0, asset: 1, "fire unit": 2, radar: 3, post: 4, launcher: 5 };
const ranked = (places: ReplayPlace[]): ReplayPlace[] => [...places].sort((a, b) => RANK[a.kind] - RANK[b.kind]);

/** A cross over what is out of action. */
function crossOut(ctx: Context2D, x: number, y: number, sprite: Sprite, c: Colors): void {
  const r = Math.min(sprite.width, sprite.height) / 2;
  ctx.beginPath();
  ctx.moveTo(x - r, y - r);
  ctx.lineTo(x + r, y + r);
  ctx.moveTo(x + r, y - r);
  ctx.lineTo(x - r, y + r);
  ctx.strokeStyle = c.vermilion;
  ctx.lineWidth = 3;
  ctx.stroke();
}

function tinted(bitmap: ImageBitmap, over: (ctx: Context2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const ctx = context2d(canvas);
  ctx.drawImage(bitmap, 0, 0);
  over(ctx);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}
