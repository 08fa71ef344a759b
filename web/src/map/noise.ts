// Jamming and emission control on the map: strobes of radars, what radiates noise, what is silent.

import type { ReplayHeader, ReplayPlace } from "../contract";
import type { Replay } from "../decode";
import { destination, greatCircle } from "../geo";
import { during, Strobes } from "../noise";
import { sitePosition } from "../scope/plots";
import type { State } from "../store";
import type { Colors } from "../theme";
import type { Context2D } from "../ui/canvas";
import { type Line, projected } from "./lines";
import { stroke, trace } from "./strokes";
import type { Viewport } from "./viewport";

const PLACE_DECIMALS = 1; // of degrees: radars nearer than that see a jammer in one direction

const WAVES: readonly number[] = [17, 22]; // px, around a symbol

/** Strobes of a replay, as lines from the radars. */
export class StrobeLayer {
  private readonly strobes: Strobes;

  constructor(private readonly replay: Replay) {
    this.strobes = new Strobes(replay);
  }

  /** The chosen radar's with their beams, of the others one thin line a jammer and place. */
  paint(ctx: Context2D, frame: Viewport, s: State, c: Colors): void {
    const drawn = new Set<string>();
    const all = this.strobes.at(s.time).sort((a, b) => Number(b.radar === s.radar) - Number(a.radar === s.radar));
    for (const strobe of all) {
      const radar = this.replay.header.radars.find((r) => r.row === strobe.radar);
      if (!radar) continue;
      const { spot } = sitePosition(this.replay, radar, s.time);
      const place = `${strobe.flight} ${spot.map((v) => v.toFixed(PLACE_DECIMALS)).join(" ")}`;
      if (drawn.has(place)) continue;
      drawn.add(place);
      const ray = (turn: number): [number, number][] =>
        greatCircle(spot, destination(spot, strobe.azimuth + turn, radar.range));
      const chosen = radar.row === s.radar;
      if (chosen && radar.beam) {
        const wedge: Line = projected([...ray(-radar.beam / 2), ...ray(radar.beam / 2).reverse()]);
        ctx.beginPath();
        trace(ctx, frame, wedge);
        ctx.fillStyle = c.noise;
        ctx.globalAlpha = 0.2;
        ctx.fill();
      }
      ctx.globalAlpha = (chosen ? 0.95 : 0.5) * (0.4 + 0.6 * strobe.freshness);
      stroke(ctx, frame, [projected(ray(0))], c.noise, chosen ? 1.6 : 1, chosen ? [] : [6, 3]);
      ctx.globalAlpha = 1;
    }
  }
}

/** Waves on both sides of what radiates noise. */
export function radiating(ctx: Context2D, x: number, y: number, c: Colors, radii = WAVES): void {
  ctx.beginPath();
  for (const r of radii) {
    for (const middle of [0, Math.PI]) {
      ctx.moveTo(x + r * Math.cos(middle - 0.6), y + r * Math.sin(middle - 0.6));
      ctx.arc(x, y, r, middle - 0.6, middle + 0.6);
    }
  }
  ctx.strokeStyle = c.noise;
  ctx.lineWidth = 2;
  ctx.stroke();
}

/** A broken ring around what is silent. */
export function silence(ctx: Context2D, x: number, y: number, r: number, c: Colors): void {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.setLineDash([3, 3]);
  ctx.strokeStyle = c.noise;
  ctx.lineWidth = 1.8;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** How many radars of a place are silent at `t` s, of how many: of itself if it is one, of all if it is a site. */
export function silentOf(header: ReplayHeader, place: ReplayPlace, t: number): { silent: number; all: number } {
  const own = header.radars.filter((r) =>
    place.kind === "radar"
      ? place.id === `radar/${r.row}`
      : place.kind === "site" && r.name.startsWith(`${place.name}/`),
  );
  return { silent: own.filter((r) => during(r.silent, t)).length, all: own.length };
}

/** What is silent, in words; "" for nothing. */
export function silentWords(header: ReplayHeader, place: ReplayPlace, t: number): string {
  const { silent, all } = silentOf(header, place, t);
  if (!silent) return "";
  return place.kind === "radar" ? "silent" : silent === all ? "radars silent" : `${silent} of ${all} radars silent`;
}
