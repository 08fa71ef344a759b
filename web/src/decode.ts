// The replay file unpacked: typed arrays over the file's own bytes, and where every mover is at a time.

import type { BackdropHeader, Layer, Mover, ReplayHeader, Section } from "./contract";
import { Trouble } from "./trouble";

const MAGIC = "OIADSRP1";
const FORMAT = 2;

/** Where a mover is: degrees, m above the ellipsoid, course (deg from north), speed (m/s), climb (m/s). */
export interface Place {
  lon: number;
  lat: number;
  height: number;
  course: number;
  speed: number;
  climb: number;
}

export interface Gates {
  count: number;
  flight: Int32Array;
  unit: Int32Array;
  from: Int32Array; // 0.01 s
  to: Int32Array; // 0.01 s, not included
  text: Int32Array;
}
export interface Looks {
  count: number;
  time: Int32Array; // 0.01 s
  radar: Int32Array;
  azimuth: Int32Array; // 0.001 deg
  range: Int32Array; // m
  snr: Int32Array; // 0.1 dB
  flight: Int32Array;
  code: Int32Array;
}

export const NO_SNR = -2147483648;
export const VOID_GROUND = -32768;

export interface Replay {
  header: ReplayHeader;
  time: Int32Array; // of path points: 0.01 s
  lon: Int32Array; // 1e-6 deg
  lat: Int32Array; // 1e-6 deg
  height: Int32Array; // 0.1 m
  gates: Gates;
  looks: Looks;
  relief: Blob | null; // null until the backdrop is there
  ground: Int16Array;
  /** Fill `out` with where mover `index` (of header.movers) is at `t` s; false when it is not there then. */
  position(index: number, t: number, out: Place): boolean;
  /** Height of the ground, m above sea level; NaN outside the window or where there is none known. */
  groundAt(lon: number, lat: number): number;
  /** Why unit held or fired at flight at `t` s: the sentence, "" if no reason is recorded. */
  gateAt(flight: number, unit: number, t: number): string;
}

function damaged(why: string): Trouble {
  return new Trouble({
    message: `The replay file is damaged: ${why}.`,
    todo: "Open the replication again; if it stays, run openiads view again.",
  });
}

function readHeader<H extends { format: number }>(file: ArrayBuffer): { header: H; base: number } {
  if (file.byteLength < 16) throw damaged("it is too short");
  const magic = new TextDecoder("ascii").decode(new Uint8Array(file, 0, 8));
  if (magic !== MAGIC) throw damaged("it does not begin as one");
  const length = new DataView(file).getUint32(8, true);
  if (16 + length > file.byteLength) throw damaged("it is cut off in its header");
  let header: H;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 16, length))) as H;
  } catch {
    throw damaged("its header cannot be read");
  }
  if (header.format !== FORMAT) throw damaged(`its format is ${String(header.format)}, this viewer reads ${FORMAT}`);
  return { header, base: 16 + length };
}

class Reader {
  constructor(
    private readonly file: ArrayBuffer,
    private readonly base: number,
  ) {}

  check(name: string, s: Section, length: number): void {
    if (this.base + s.offset + s.length > this.file.byteLength) throw damaged(`it is cut off in ${name}`);
    if (length >= 0 && s.length < length) throw damaged(`${name} is shorter than its header says`);
  }

  columns(name: string, s: Section, columns: number, rows: number): Int32Array[] {
    this.check(name, s, columns * rows * 4);
    return Array.from(
      { length: columns },
      (_, k) => new Int32Array(this.file, this.base + s.offset + k * rows * 4, rows),
    );
  }

  bytes(name: string, s: Section): Uint8Array<ArrayBuffer> {
    this.check(name, s, -1);
    return new Uint8Array(this.file, this.base + s.offset, s.length);
  }

  heights(name: string, s: Section, count: number): Int16Array {
    this.check(name, s, count * 2);
    return new Int16Array(this.file, this.base + s.offset, count);
  }
}

/** Unpack a replay file; throws Trouble with what is wrong with it. */
export function decode(file: ArrayBuffer): Replay {
  const { header, base } = readHeader<ReplayHeader>(file);
  const s = header.sections;
  const reader = new Reader(file, base);
  const [time, lon, lat, height] = reader.columns("paths", s.paths, 4, header.pathPoints);
  const g = reader.columns("gates", s.gates, 5, header.gateSpells);
  const k = reader.columns("looks", s.looks, 7, header.lookCount);
  const relief = picture(reader, s.relief);
  const ground = reader.heights("ground", s.ground, header.ground.rows * header.ground.columns);
  const gates: Gates = { count: header.gateSpells, flight: g[0], unit: g[1], from: g[2], to: g[3], text: g[4] };
  const looks: Looks = {
    count: header.lookCount,
    time: k[0],
    radar: k[1],
    azimuth: k[2],
    range: k[3],
    snr: k[4],
    flight: k[5],
    code: k[6],
  };
  const paths = { time, lon, lat, height };
  const hints = new Int32Array(header.movers.length); // the leg each mover was on last: playing goes forward leg by leg
  return {
    header,
    ...paths,
    gates,
    looks,
    relief,
    ground,
    position: (index, t, out) => position(header.movers[index], paths, hints, index, t, out),
    groundAt: (x, y) => groundAt(header, ground, x, y),
    gateAt: (flight, unit, t) => gateAt(header, gates, flight, unit, t),
  };
}

const picture = (reader: Reader, s: Section): Blob | null =>
  s.length ? new Blob([reader.bytes("relief", s)], { type: "image/png" }) : null;

export interface Backdrop {
  coverage: Layer[];
  relief: Blob | null;
}

/** Unpack a backdrop; throws Trouble with what is wrong with it. */
export function decodeBackdrop(file: ArrayBuffer): Backdrop {
  const { header, base } = readHeader<BackdropHeader>(file);
  return { coverage: header.coverage, relief: picture(new Reader(file, base), header.sections.relief) };
}

type Paths = Pick<Replay, "time" | "lon" | "lat" | "height">;

/** First point of the leg that holds `t` (0.01 s): points[i] <= t < points[i + 1]. */
export function legAt(time: Int32Array, first: number, last: number, t: number, hint: number): number {
  let i = Math.min(Math.max(hint, first), last - 1);
  if (time[i] <= t && t < time[i + 1]) return i;
  if (i + 2 <= last && time[i + 1] <= t && t < time[i + 2]) return i + 1;
  let low = first;
  let high = last;
  while (high - low > 1) {
    i = (low + high) >> 1;
    if (time[i] <= t) low = i;
    else high = i;
  }
  return low;
}

const RAD = Math.PI / 180;
const METERS_PER_DEGREE = 111_195; // of a mean sphere: course and speed are for show only

function position(m: Mover, p: Paths, hints: Int32Array, index: number, t: number, out: Place): boolean {
  if (m.count < 1 || t < m.from || t > m.to) return false;
  const last = m.first + m.count - 1;
  if (m.count === 1) {
    out.lon = p.lon[last] * 1e-6;
    out.lat = p.lat[last] * 1e-6;
    out.height = p.height[last] * 0.1;
    out.course = out.speed = out.climb = 0;
    return true;
  }
  const tick = t * 100;
  const i = legAt(p.time, m.first, last, tick, hints[index]);
  hints[index] = i;
  const span = p.time[i + 1] - p.time[i];
  const part = span > 0 ? Math.min(Math.max((tick - p.time[i]) / span, 0), 1) : 1;
  let east = p.lon[i + 1] - p.lon[i];
  if (east > 180e6)
    east -= 360e6; // over the date line
  else if (east < -180e6) east += 360e6;
  const north = p.lat[i + 1] - p.lat[i];
  const up = p.height[i + 1] - p.height[i];
  out.lon = (p.lon[i] + part * east) * 1e-6;
  out.lat = (p.lat[i] + part * north) * 1e-6;
  out.height = (p.height[i] + part * up) * 0.1;
  const x = east * 1e-6 * METERS_PER_DEGREE * Math.cos(out.lat * RAD);
  const y = north * 1e-6 * METERS_PER_DEGREE;
  const seconds = span / 100 || 1;
  out.speed = Math.sqrt(x * x + y * y) / seconds;
  out.climb = (up * 0.1) / seconds;
  out.course = x || y ? (Math.atan2(x, y) / RAD + 360) % 360 : 0;
  return true;
}

/** Between the four points of the grid around; the grid's outer points lie on the window's edges. */
function groundAt(header: ReplayHeader, ground: Int16Array, lon: number, lat: number): number {
  const { west, south, east, north } = header.window;
  const { rows, columns } = header.ground;
  if (!(lon >= west && lon <= east && lat >= south && lat <= north) || rows < 2 || columns < 2) return NaN;
  const x = ((lon - west) / (east - west)) * (columns - 1);
  const y = ((north - lat) / (north - south)) * (rows - 1);
  const column = Math.min(Math.floor(x), columns - 2);
  const row = Math.min(Math.floor(y), rows - 2);
  const k = row * columns + column;
  const [a, b, c, d] = [ground[k], ground[k + 1], ground[k + columns], ground[k + columns + 1]];
  if (a === VOID_GROUND || b === VOID_GROUND || c === VOID_GROUND || d === VOID_GROUND) return NaN;
  const above = a + (x - column) * (b - a);
  return above + (y - row) * (c + (x - column) * (d - c) - above);
}

function gateAt(header: ReplayHeader, g: Gates, flight: number, unit: number, t: number): string {
  const tick = t * 100;
  for (let i = 0; i < g.count; i++) {
    if (g.flight[i] === flight && g.unit[i] === unit && g.from[i] <= tick && tick < g.to[i])
      return header.texts[g.text[i]] ?? "";
  }
  return "";
}
