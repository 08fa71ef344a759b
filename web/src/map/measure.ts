// The measure: great-circle legs with their length and first bearing.

import { bearing, distance, greatCircle, type LonLat } from "../geo";
import { store } from "../store";
import type { Colors } from "../theme";
import type { Context2D } from "../ui/canvas";
import * as units from "../ui/units";
import { projected } from "./lines";
import { label, put } from "./sprites";
import { stroke } from "./strokes";
import type { Viewport } from "./viewport";

export class Measure {
  active = false;
  byKeys = false; // the end follows the cross in the middle, not the pointer
  private points: LonLat[] = [];
  private ahead: LonLat | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly repaint: () => void) {}

  on(f: () => void): void {
    this.listeners.add(f);
  }

  private changed(): void {
    for (const f of this.listeners) f();
    this.repaint();
  }

  toggle(): void {
    if (this.active) this.stop();
    else {
      this.points = [];
      this.active = true;
      this.changed();
    }
  }
  stop(): void {
    this.active = false;
    this.ahead = null;
    this.changed();
  }
  clear(): void {
    this.points = [];
    this.stop();
  }
  add(at: LonLat): void {
    this.points.push(at);
    this.changed();
  }
  lead(at: LonLat): void {
    this.ahead = at;
    this.changed();
  }

  /** What it measures, in words. */
  words(): string {
    const line = this.line();
    if (line.length < 2) return this.active ? "Set a point" : "";
    const u = store.get().units;
    const last = line[line.length - 2];
    const end = line[line.length - 1];
    const leg = `${units.distance(distance(last, end), u)}, ${units.bearing(bearing(last, end))}`;
    if (line.length === 2) return leg;
    const whole = line.slice(1).reduce((sum, p, k) => sum + distance(line[k], p), 0);
    return `${leg}; in all ${units.distance(whole, u)}`;
  }

  private line(): LonLat[] {
    return this.active && this.ahead && this.points.length ? [...this.points, this.ahead] : this.points;
  }

  paint(ctx: Context2D, frame: Viewport, c: Colors): void {
    const line = this.line();
    if (!line.length) return;
    const legs = line.slice(1).map((p, k) => projected(greatCircle(line[k], p)));
    stroke(ctx, frame, legs, c.dark ? "#000000" : "#ffffff", 5);
    stroke(ctx, frame, legs, c.pink, 2.4);
    const u = store.get().units;
    line.forEach((p, k) => {
      const [x, y] = frame.point(p[0], p[1]);
      ctx.beginPath();
      ctx.arc(x, y, 4, 0, 2 * Math.PI);
      ctx.fillStyle = c.pink;
      ctx.fill();
      if (!k) return;
      const words = `${units.distance(distance(line[k - 1], p), u)} ${units.bearing(bearing(line[k - 1], p))}`;
      const sprite = label(words, c.ink, c.halo, 12, true);
      put(ctx, sprite, x + 8, y - sprite.height / 2);
    });
  }
}
