// A small replay file, written as the server writes it, for the tests.

import type { Mover, ReplayEvent, ReplayHeader, Section } from "../src/contract";

/** Numbers that look random and are the same each time: a linear congruential generator on (0, 1). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

export const mover = (part: Partial<Mover>): Mover => ({
  id: "flight/0",
  kind: "flight",
  name: "Flight 0",
  row: 0,
  side: "hostile",
  class: "cruise",
  symbol: "hostile-cruise",
  first: 0,
  count: 0,
  from: 0,
  to: 0,
  end: "killed",
  beliefs: [],
  unit: -1,
  flight: -1,
  radar: -1,
  ...part,
});

export const event = (part: Partial<ReplayEvent>): ReplayEvent => ({
  t: 0,
  kind: "detect",
  flight: -1,
  unit: -1,
  radar: -1,
  round: -1,
  track: -1,
  text: "",
  at: null,
  ...part,
});

/** A point of a path: s, degrees, degrees, m. */
export type Point = readonly [number, number, number, number];

/** Columns of the sections, as the contract names them. */
export interface Content {
  paths: readonly (readonly Point[])[]; // of the movers, one after the other
  gates?: readonly (readonly [flight: number, unit: number, from: number, to: number, text: number])[]; // s
  looks?: readonly (readonly number[])[]; // rows of the seven columns, in the file's units
  ground?: { rows: number; columns: number; heights: readonly number[] };
  relief?: Uint8Array;
}

const GROUND = { rows: 2, columns: 2, heights: [0, 0, 0, 0] };

/** Put columns (Int32) one after the other. */
function columns(rows: readonly (readonly number[])[], count: number): Uint8Array {
  const out = new Int32Array(rows.length * count);
  rows.forEach((row, r) => {
    for (let c = 0; c < count; c++) out[c * rows.length + r] = Math.round(row[c]);
  });
  return new Uint8Array(out.buffer);
}

const headerOf = (content: Content): ReplayHeader => {
  const ground = content.ground ?? GROUND;
  const empty: Section = { offset: 0, length: 0 };
  let first = 0;
  const movers = content.paths.map((path, row) => {
    const m = mover({
      id: `flight/${row}`,
      row,
      first,
      count: path.length,
      from: path[0][0],
      to: path.at(-1)?.[0] ?? 0,
    });
    first += path.length;
    return m;
  });
  return {
    format: 2,
    scenario: "test",
    title: "Test",
    question: "",
    replication: 0,
    seed: 1,
    digest: "",
    version: "0",
    duration: 100,
    date: "",
    placard: [],
    terrain: { note: "", resolution: 0, coarse: false },
    window: { west: 30, south: 30, east: 40, north: 40 },
    sections: { paths: empty, gates: empty, looks: empty, relief: empty, ground: empty },
    pathPoints: first,
    gateSpells: content.gates?.length ?? 0,
    lookCount: content.looks?.length ?? 0,
    lookCodes: {},
    looksThinned: false,
    ground: { rows: ground.rows, columns: ground.columns },
    texts: ["out of reach", "engaging"],
    textKinds: ["reach", "engaging"],
    backdrop: true,
    coast: [],
    borders: [],
    towns: [],
    places: [],
    movers,
    radars: [],
    units: [],
    coverage: [],
    events: [],
    lanes: [],
    engagements: [],
    classes: [],
    identities: [],
  };
};

/** Header and sections as the bytes of a file. */
export function pack(header: { sections: object }, sections: Record<string, Uint8Array>): ArrayBuffer {
  let end = 0;
  const places: Record<string, Section> = {};
  for (const [name, bytes] of Object.entries(sections)) {
    places[name] = { offset: end, length: bytes.length };
    end += Math.ceil(bytes.length / 8) * 8;
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...header, sections: places }));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(16 + length + end).fill(32, 16, 16 + length);
  file.set(new TextEncoder().encode("OIADSRP1"));
  new DataView(file.buffer).setUint32(8, length, true);
  file.set(text, 16);
  for (const [name, bytes] of Object.entries(sections)) file.set(bytes, 16 + length + places[name].offset);
  return file.buffer;
}

/** A replay file with this content; `change` may alter its header. */
export function replayFile(content: Content, change: (header: ReplayHeader) => void = () => undefined): ArrayBuffer {
  const header = headerOf(content);
  change(header);
  const points = content.paths.flat().map(([t, lon, lat, height]) => [t * 100, lon * 1e6, lat * 1e6, height * 10]);
  const gates = (content.gates ?? []).map(([flight, unit, from, to, text]) => [
    flight,
    unit,
    from * 100,
    to * 100,
    text,
  ]);
  return pack(header, {
    paths: columns(points, 4),
    gates: columns(gates, 5),
    looks: columns(content.looks ?? [], 7),
    relief: content.relief ?? new Uint8Array(),
    ground: new Uint8Array(Int16Array.from((content.ground ?? GROUND).heights).buffer),
  });
}
