// What the server (or the one-file page) gives and what the viewer reads.  SI units, degrees for places, seconds.
// The only place where both sides' words stand; docs/reference/replay.md says the same for readers.

// Event kinds are words ("detect", "track drop"); gate changes are no events but spells in `gates`.  Rings of
// engagement layers may hold holes: fill even-odd.  Symbols: SIDE-CLASS (hostile-cruise, unknown-air), friend-round,
// friend-ship, friend-site, friend-radar, friend-fire-unit, friend-launcher, friend-post, asset.

// ---------------------------------------------------------------- the replay: a prepared binary file
// bytes 0-7  "OIADSRP1" · u32 LE header length H (multiple of 8 after padding with spaces) · u32 LE 0 · H bytes of
// JSON (ReplayHeader, UTF-8) · sections, each little-endian, offsets from the end of the header, multiples of 8.

/** Where a section lies, bytes. */
export interface Section {
  offset: number;
  length: number;
}

export interface ReplayHeader {
  format: 2;
  scenario: string;
  title: string;
  question: string;
  replication: number;
  seed: number;
  digest: string;
  version: string; // of the program
  duration: number; // s
  date: string; // the scenario's, "" if none
  placard: string[]; // limits, first the scope sentence; always in sight
  terrain: { note: string; resolution: number; coarse: boolean }; // note: source, resolution, bias
  window: { west: number; south: number; east: number; north: number }; // degrees
  sections: Record<"paths" | "gates" | "looks" | "relief" | "ground", Section>;
  // paths : four Int32 columns one after the other, each of `pathPoints`: time (0.01 s), longitude (1e-6 deg),
  //         latitude (1e-6 deg), height above the ellipsoid (0.1 m).  A mover owns points first .. first+count-1.
  pathPoints: number;
  // gates : five Int32 columns, each `gateSpells` long: flight, unit, from (0.01 s), to (0.01 s), index into `texts`
  gateSpells: number;
  // looks : seven Int32 columns, each `lookCount`: time (0.01 s), radar, azimuth (1e-3 deg from north), range (m),
  //         SNR (0.1 dB; -2147483648 none), flight (-1 none), code (1 detected, 0 in view but not, < 0 why not:
  //         lookCodes)
  lookCount: number;
  lookCodes: Record<string, string>;
  looksThinned: boolean; // true if the file leaves looks out to stay small
  // relief : PNG of the window (web-mercator y), 1024 px at most on a side.
  // ground : Int16 heights (m above sea; -32768 void), rows from north to south at equal steps of latitude,
  //          `rows` x `columns`.
  ground: { rows: number; columns: number };
  texts: string[];
  textKinds: GateKind[]; // what each of `texts` is about
  backdrop: boolean; // whether `coverage` and `relief` are in this file; else fetch .../backdrop
  coast: number[][][]; // lines of [lon, lat], thinned, 4 decimals
  borders: number[][][]; // as `coast`
  towns: { name: string; at: [number, number] }[];
  places: ReplayPlace[];
  movers: Mover[];
  radars: ReplayRadar[];
  units: ReplayUnit[];
  coverage: Layer[];
  events: ReplayEvent[];
  lanes: LaneData[];
  engagements: EngagementData[];
  classes: string[]; // words of the codes of classes
  identities: string[]; // words of the codes of identities
  areas?: Area[]; // zones, corridors and airways; left out if none is declared
}

/** A part of the sky with a meaning.  Heights are m above the sea, null: without limit. */
export interface Area {
  kind: "no fire" | "free fire" | "notified" | "corridor" | "airway";
  name: string;
  floor: number | null;
  ceiling: number | null;
  from: number; // s
  to: number | null; // s, null: to the end
  rings: number[][][]; // closed, of [lon, lat]; [] of an airway
  line?: number[][]; // the axis of what has one
  heard?: [string, number][]; // of a zone: post and when (s) it knew of it
  unheard?: string[]; // and posts that never did
  party?: string; // of a zone that is notified over a line: whose notice
  over?: string[]; // the lines
  sent?: number; // s
  flow?: number; // of an airway: flights an hour
  bothWays?: boolean;
}

export type GateKind = "unseen" | "jammed" | "reach" | "rule" | "resource" | "engaging" | "free";

/** The header of a backdrop: a file like a replay with the one section `relief`. */
export interface BackdropHeader {
  format: 2;
  coverage: Layer[];
  sections: Record<"relief", Section>;
}

export interface ReplayPlace {
  id: string;
  kind: "asset" | "site" | "post" | "radar" | "fire unit" | "launcher";
  name: string;
  at: [number, number, number];
  radius: number;
  symbol: string; // name of an SVG symbol
  ship: string | null; // id of the mover it stands on
  downAt: number | null; // s when put out of action
}

export interface Mover {
  id: string;
  kind: "flight" | "round" | "track" | "radar track" | "ship";
  name: string;
  row: number;
  side: "hostile" | "friend" | "neutral" | "";
  class: string;
  symbol: string;
  first: number;
  count: number;
  from: number;
  to: number;
  end: string; // how it ended, in words
  beliefs: [number, string][]; // (time, identity word), for flights: as the posts believe
  unit: number; // of a round, else -1
  flight: number; // of a round; of a track the one it follows (most of its time), -1 on false alarms; else -1
  radar: number; // of a radar track: row of the radar that holds it, else -1
  jams?: [number, number][]; // of a flight: from when to when (s) it radiates noise; left out if never
}

export interface ReplayRadar {
  row: number;
  name: string;
  role: "search" | "engagement";
  at: [number, number, number];
  ship: string | null;
  sector: [number, number] | null; // azimuths from-to (deg, clockwise) it can see, null all round
  rotation: number; // s a turn, 0 if it does not turn
  range: number; // m, instrumented
  mask: number[]; // 360 horizon elevations (deg) by azimuth, [] if not known
  silent?: [number, number][]; // from when to when (s) emission control keeps it off; left out if never
  beam?: number; // deg, width of its beam in azimuth; told where somebody jams
}

export interface ReplayUnit {
  row: number;
  name: string;
  at: [number, number, number];
  ship: string | null;
  sector: [number, number] | null;
}

export interface Layer {
  kind: "detection" | "engagement";
  name: string;
  owner: number;
  height: number;
  rcs: number | null;
  probability: number | null;
  rings: number[][][]; // of [lon, lat]
  limits: "emergent" | "published";
}

export interface ReplayEvent {
  t: number;
  kind: string;
  flight: number;
  unit: number;
  radar: number;
  round: number;
  track: number;
  text: string;
  at: [number, number, number] | null;
}

export interface LaneData {
  flight: number;
  name: string;
  class: string;
  side: string;
  first: Partial<Record<Stage, number>>;
  launches: number[];
  intercepts: [number, boolean][];
  ends: number | null;
  end: string;
  leaked: boolean;
}

export type Stage = "detect" | "track" | "identify" | "assign" | "launch" | "intercept" | "assess";

export interface EngagementData {
  unit: number;
  flight: number;
  from: number;
  to: number | null;
  rounds: number;
  kills: number;
  verdict: string;
}

// ---------------------------------------------------------------- the server's JSON
export interface Finding {
  metric: string;
  value: number | null; // null: there is none (0/0, or never for a time); then `sentence` says which
  low: number | null;
  high: number | null;
  n: number;
  unit: string; // "share" (0..1, shown as %), "s", "m", "m/s", "" (a count)
  label: string;
  sentence: string;
}

/**
 * A bar of a chart.  `leakers` and `firstBound` are shares of replications (leakers: key "0", "1", ...), `gates` shares
 * of the waiting time, `terminals` and the parts of `classes` (keys "killed", "other", "leakers") mean flights a
 * replication.
 */
export interface Bar {
  key: string;
  label: string;
  value: number;
  low: number | null;
  high: number | null;
  replications: number[]; // up to 20 with that outcome
}

export interface RunCard {
  id: string;
  name: string;
  question: string;
  scenario: string;
  seed: number;
  replications: number;
  failed: number;
  digest: string;
  state: "ready" | "unreadable";
  message: string; // of an unreadable one: why, and what to do
}

export interface RunSummary extends RunCard {
  placard: string[];
  warnings: string[];
  answer: string;
  recorded: number[];
  flights: number;
  sampled: number; // gates, firstBound and timelines rest on the first so many replications
  findings: Finding[];
  leakers: Bar[];
  terminals: Bar[];
  layers: LayerRow[]; // sites in the order in which the raid meets them; [] of a single one
  classes: { name: string; parts: Bar[] }[];
  rounds: Finding[];
  gates: Bar[];
  firstBound: Bar[];
  timelines: Timeline[];
}

/** What a site did: threats a replication that were within its reach, shot at and killed there, and its rounds. */
export interface LayerRow {
  site: string;
  system: string;
  distance: number | null; // m, of its first target at its first launch; null: it never fired
  arrived: Finding;
  engaged: Finding;
  killed: Finding;
  spent: { unit: "rounds" | "bursts"; fired: Finding; stock: number | null }[]; // null: endless
}

/** A quantity over time: its 10, 50 and 90 % quantiles over replications. */
export interface Timeline {
  name: string;
  unit: string;
  t: number[];
  low: number[];
  middle: number[];
  high: number[];
}

export interface CompareResult {
  a: RunCard;
  b: RunCard;
  pairs: number; // of replications; the cards tell how many each run has
  found: string; // how many outcomes differ, with allowance for how many are looked at
  inputs: { label: string; a: number; b: number }[]; // what the scenarios set, which is no outcome
  rows: {
    metric: string;
    label: string;
    a: Finding; // of the `pairs` alone, as the difference is
    b: Finding;
    difference: Finding;
    ahead: { a: number; b: number; equal: number };
    differs: boolean; // at the stated false discovery rate
    exact: boolean; // the same in every pair, so the difference has no interval
    wanted: "more" | "less" | null; // what the defense wants of it
  }[];
}

export interface Lever {
  path: string;
  label: string;
  group: string;
  kind: "number" | "choice" | "switch";
  value: number | string | boolean;
  minimum?: number;
  maximum?: number;
  step?: number;
  unit?: string;
  choices?: string[];
}

export interface WhatIfPanel {
  scenario: string;
  levers: Lever[];
  replications: { value: number; minimum: number; maximum: number };
  job: { id: string; run: string; label: string } | null; // the question being worked on, if any, and of which run
}

export interface WhatIfStart {
  job: string;
}

/** The server-sent event "progress". */
export interface WhatIfEvent {
  done: number;
  of: number;
  phase: string;
  findings: Finding[];
}

/** The server-sent event "done"; the others are "failed" {message} and "canceled" {}. */
export interface WhatIfDone {
  compare: CompareResult;
  findings: Finding[];
  seconds: number;
  run: RunCard;
}

/** Every 4xx and 5xx answer. */
export interface Problem {
  message: string;
  todo: string;
}

// GET  /api/runs -> RunCard[]                         GET /api/runs/{run} -> RunSummary
// GET  /api/runs/{run}/replays/{replication} -> the replay file without its backdrop (whole; Range supported: 206);
//      prepared on first request, no POST needed
// GET  /api/runs/{run}/replays/{replication}/backdrop -> its coverage and relief, which take longer to make
// GET  /api/compare?a=RUN&b=RUN -> CompareResult      GET /api/runs/{run}/whatif -> WhatIfPanel
// POST /api/runs/{run}/whatif {values:{path:value}, replications:n} -> WhatIfStart
// GET  /api/jobs/{job}/events -> text/event-stream    DELETE /api/jobs/{job} -> {canceled:true}
// In the one-file page: <script type="text/plain" id="replay">base64 of gzip of the replay file</script> and
// <script type="application/json" id="summary">RunSummary</script>; no server: the dashboard is shown from the summary,
// compare and what-if are hidden.
