import { describe, expect, test, vi } from "vitest";
import { flightsOfTracks, identityAt, misidentified, symbolOf } from "../src/belief";
import type { Lever } from "../src/contract";
import type { Replay } from "../src/decode";
import { countsByMinute, countsByPhase, filtered, lastEventAt, namesOf, PHASES, phaseOf } from "../src/events";
import { SYMBOLS } from "../src/symbols.generated";
import { bins, roundDown, step, timeStep } from "../src/ui/scale";
import { debounce, throttle } from "../src/ui/timing";
import { changesOf, type Value } from "../src/views/levers";
import { event, mover, numbers } from "./replay";

const random = numbers(9);
const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

describe("events", () => {
  const kinds = ["detect", "launch", "assign", "damage", "track drop", "something new"];
  const events = Array.from({ length: 500 }, (_, k) => event({ t: k / 4, kind: kinds[k % kinds.length] }));

  test("the last one at a time is what a search from the front finds", () => {
    for (let k = 0; k < 300; k++) {
      const t = 140 * random() - 10;
      expect(lastEventAt(events, t)).toBe(events.filter((e) => e.t <= t + 0.005).length - 1);
    }
    expect(lastEventAt([], 5)).toBe(-1);
    expect(lastEventAt([{ t: 1 }, { t: 1 }, { t: 1 }], 1)).toBe(2);
  });

  test("none is lost in counts by part or by minute, also at and beyond the end", () => {
    const wild = [...events, event({ t: 200 }), event({ t: -1 })];
    const byPart = countsByPhase(wild, 125, 50);
    expect(byPart).toHaveLength(50);
    expect(sum(byPart.flat())).toBe(wild.length);
    const byMinute = countsByMinute(wild, 125);
    expect(byMinute).toHaveLength(3);
    expect(sum(byMinute.flat())).toBe(wild.length);
    expect(sum(byMinute.map((row) => row[PHASES.length]))).toBe(events.filter((e) => e.kind === "damage").length);
  });

  test("a kind of event belongs to a phase; one not known to deciding", () => {
    expect(["detect", "false track", "launch", "assess", "assign", "new"].map((k) => PHASES[phaseOf(k)])).toEqual([
      "sensing",
      "sensing",
      "firing",
      "firing",
      "deciding",
      "deciding",
    ]);
  });

  test("filters join: each lets pass what fits it, none all", () => {
    const names = namesOf({
      movers: [mover({ row: 2, name: "Kalibr" })],
      lanes: [],
      units: [{ row: 1, name: "S-300 North", at: [0, 0, 0], ship: null, sector: null }],
      radars: [],
    });
    const log = [
      event({ kind: "launch", flight: 2, unit: 1, text: "salvo of two" }),
      event({ kind: "launch", flight: 3, unit: 1 }),
      event({ kind: "detect", flight: 2 }),
    ];
    const all = { kind: "", flight: null, unit: null, query: "" };
    const pass = (part: object): number[] => filtered(log, names, { ...all, ...part }).map((e) => log.indexOf(e));
    expect(pass({})).toEqual([0, 1, 2]);
    expect(pass({ kind: "launch" })).toEqual([0, 1]);
    expect(pass({ flight: 2 })).toEqual([0, 2]);
    expect(pass({ unit: 1, flight: 2 })).toEqual([0]);
    expect(pass({ query: "  NORTH " })).toEqual([0, 1]);
    expect(pass({ query: "kalibr" })).toEqual([0, 2]);
    expect(pass({ query: "flight 3" })).toEqual([1]); // without a name, its number
    expect(pass({ query: "of two" })).toEqual([0]);
    expect(pass({ query: "nothing like it" })).toEqual([]);
  });
});

describe("what the posts believe", () => {
  const m = mover({
    beliefs: [
      [10, "unknown"],
      [20, "hostile"],
      [30, "none"],
    ],
  });

  test("is the last word, from its time on; a lost track is nothing", () => {
    expect([5, 10, 19.9, 20, 30, 99].map((t) => identityAt(m, t))).toEqual([
      "",
      "unknown",
      "unknown",
      "hostile",
      "",
      "",
    ]);
  });

  test("is a mistake only where friend and foe are taken for each other, never while not known", () => {
    const words = ["", "pending", "unknown", "friend", "assumed friend", "neutral", "suspect", "hostile"];
    const wrong = (side: "hostile" | "friend" | "neutral" | ""): string[] =>
      words.filter((w) => misidentified(side, w));
    expect(wrong("hostile")).toEqual(["friend", "assumed friend", "neutral"]);
    expect(wrong("friend")).toEqual(["suspect", "hostile"]);
    expect(wrong("neutral")).toEqual(["suspect", "hostile"]);
    expect(wrong("")).toEqual([]);
  });

  test("has a symbol for every identity and class", () => {
    expect(symbolOf("assumed friend", "cruise")).toBe("assumed-friend-cruise");
    expect(symbolOf("", "")).toBe("unknown-air");
    for (const identity of ["pending", "unknown", "assumed friend", "friend", "neutral", "suspect", "hostile"]) {
      for (const what of ["air", "aircraft", "airliner", "drone", "cruise", "ballistic"]) {
        expect(SYMBOLS[symbolOf(identity, what)], `${identity} ${what}`).toMatch(/^<svg .*<\/svg>$/);
      }
    }
  });

  test("a track follows the flight it says, else that of its first event; a false one none", () => {
    const movers = [
      mover({ kind: "flight", row: 4 }),
      mover({ kind: "track", row: 0, flight: 4 }),
      mover({ kind: "track", row: 1 }),
      mover({ kind: "track", row: 2 }),
      mover({ kind: "radar track", row: 1 }),
      mover({ kind: "round", row: 0, flight: 4 }),
    ];
    const events = [event({ track: 1, flight: 9 }), event({ track: 1, flight: 8 }), event({ track: 2 })];
    expect([...flightsOfTracks({ header: { movers, events } } as unknown as Replay)]).toEqual([4, 4, 9, -1, -1, -1]);
  });
});

describe("steps of axes", () => {
  const ROUND = [1, 2, 5].flatMap((lead) => Array.from({ length: 13 }, (_, k) => lead * 10 ** (k - 6)));

  test("are 1, 2 or 5 times a power of ten: the finest of which there are not too many", () => {
    for (let k = 0; k < 300; k++) {
      const [span, most] = [10 ** (7 * random() - 3), 2 + 10 * random()];
      const fine = Math.min(...ROUND.filter((r) => span / r <= most));
      expect(step(span, most) / fine).toBeCloseTo(1, 9);
    }
    expect(step(0, 5)).toBe(1);
    expect(step(NaN, 5)).toBe(1);
  });

  test("a scale bar is the longest round length that fits", () => {
    for (let k = 0; k < 300; k++) {
      const x = 10 ** (6 * random() - 3);
      expect(roundDown(x) / Math.max(...ROUND.filter((r) => r <= x))).toBeCloseTo(1, 9);
    }
  });

  test("of time are read on a clock and never too many, for a minute or a week", () => {
    for (const span of [1, 60, 599, 3600, 7200, 86_400, 604_800]) {
      for (const most of [2, 5, 14]) {
        const each = timeStep(span, most);
        expect(span / each).toBeLessThanOrEqual(most);
        expect(3600 % each === 0 || each % 3600 === 0).toBe(true);
      }
    }
    expect(timeStep(600, 10)).toBe(60);
  });

  test("bars taken together keep the sum and the order, and are few enough", () => {
    for (const length of [0, 1, 39, 40, 41, 1000]) {
      const rows = Array.from({ length }, (_, k) => [k]);
      const joined = bins(rows, 40, (group) => group.flat());
      expect(joined.length).toBeLessThanOrEqual(40);
      expect(joined.flat()).toEqual(rows.flat());
    }
  });
});

test("a call put off: at most one in the time, and one after quiet", () => {
  vi.useFakeTimers();
  try {
    const [limited, quiet] = [vi.fn(), vi.fn()];
    const [limit, wait] = [throttle(limited, 100), debounce(quiet, 100)];
    for (let k = 0; k < 10; k++) {
      limit();
      wait();
      vi.advanceTimersByTime(50);
    }
    expect(limited).toHaveBeenCalledTimes(5);
    expect(quiet).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60);
    expect(quiet).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

describe("levers of a what-if", () => {
  const lever = (part: Partial<Lever>): Lever => ({
    path: "p",
    label: "L",
    group: "G",
    kind: "number",
    value: 1,
    ...part,
  });
  const levers = [
    lever({ path: "salvo", label: "Salvo", value: 2, unit: "rounds" }),
    lever({ path: "rule", label: "Rule", kind: "choice", value: "shoot_look_shoot" }),
    lever({ path: "jam", label: "Jamming", kind: "switch", value: false }),
  ];
  const at = (values: Record<string, Value>): Map<string, Value> =>
    new Map(levers.map((l) => [l.path, values[l.path] ?? l.value]));

  test("at the run's values change nothing", () => {
    expect(changesOf(levers, at({}))).toEqual({ values: {}, words: [] });
  });

  test("moved ones are sent by path and told from what to what", () => {
    expect(changesOf(levers, at({ salvo: 1, rule: "salvo", jam: true }))).toEqual({
      values: { salvo: 1, rule: "salvo", jam: true },
      words: ["G, Salvo: 2 rounds → 1 rounds", "G, Rule: shoot look shoot → salvo", "G, Jamming: off → on"],
    });
  });
});
