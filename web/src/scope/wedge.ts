// Where the height view can stand, and what moves near the bearing it looks along.

import { identityAt, symbolOf } from "../belief";
import type { ReplayRadar } from "../contract";
import type { Place, Replay } from "../decode";
import { bearing, distance, type LonLat, sectorSpan } from "../geo";
import { truncate } from "../ui/dom";

export interface Standpoint {
  key: string;
  name: string;
  at: [number, number, number];
  ship: string | null;
  radar: ReplayRadar | undefined;
  kind: "radar" | "unit";
  row: number;
}

const BESIDE = 1000; // m within which an engagement radar belongs to a fire unit

/** Where the view can stand: every radar, and every fire unit with the radar beside it. */
export function standpoints({ header: { radars, units } }: Pick<Replay, "header">): Standpoint[] {
  const beside = (at: [number, number, number]): ReplayRadar | undefined =>
    radars.find((r) => r.role === "engagement" && distance([r.at[0], r.at[1]], [at[0], at[1]]) < BESIDE);
  return [
    ...units.map(
      (u): Standpoint => ({
        key: `unit:${u.row}`,
        name: `${truncate(u.name, 36)} (fire unit)`,
        at: u.at,
        ship: u.ship,
        radar: beside(u.at),
        kind: "unit",
        row: u.row,
      }),
    ),
    ...radars.map(
      (r): Standpoint => ({
        key: `radar:${r.row}`,
        name: `${truncate(r.name, 36)} (${r.role})`,
        at: r.at,
        ship: r.ship,
        radar: r,
        kind: "radar",
        row: r.row,
      }),
    ),
  ];
}

/** The middle azimuth of what a standpoint looks at, degrees; west if all round. */
export function middleAzimuth(f: Pick<Standpoint, "radar"> | undefined): number {
  const sector = f?.radar?.sector;
  return sector ? (sector[0] + (sectorSpan(sector) % 360) / 2) % 360 : 270;
}

export interface NearBearing {
  name: string;
  kind: string;
  symbol: string;
  distance: number; // m
  height: number; // m above the ellipsoid
  along: number; // m/s away from the standpoint
  climb: number; // m/s
  speed: number; // m/s
  row: number; // of a flight or track, -1 of a round
}

/** A wedge: its point, the azimuth of its middle and its half width (degrees), its length (m). */
export interface Wedge {
  spot: LonLat;
  azimuth: number;
  half: number;
  far: number;
}

/** What moves within a wedge at `time` s: flights in truth, tracks in belief, rounds in both. */
export function withinWedge(
  replay: Pick<Replay, "header" | "position">,
  { spot, azimuth, half, far }: Wedge,
  time: number,
  world: "truth" | "belief",
): NearBearing[] {
  const place: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };
  const found: NearBearing[] = [];
  replay.header.movers.forEach((m, k) => {
    if (m.kind === "radar track" || m.kind === "ship" || m.kind === (world === "truth" ? "track" : "flight")) return;
    if (!replay.position(k, time, place)) return;
    const at: LonLat = [place.lon, place.lat];
    const off = ((bearing(spot, at) - azimuth + 540) % 360) - 180;
    const d = distance(spot, at);
    if (Math.abs(off) > half || d > far) return;
    found.push({
      name: m.name,
      kind: m.kind,
      symbol: m.kind === "track" ? symbolOf(identityAt(m, time), "air") : m.symbol,
      distance: d,
      height: place.height,
      along: place.speed * Math.cos(((place.course - azimuth) * Math.PI) / 180),
      climb: place.climb,
      speed: place.speed,
      row: m.kind === "round" ? -1 : m.row,
    });
  });
  return found;
}
