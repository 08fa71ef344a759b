import { describe, expect, test } from "vitest";
import { LANE_ORDERS, type LaneOrder, laneEvents, laneSentence, STAGES, stagesReached } from "../src/chain";
import type { LaneData } from "../src/contract";
import { spellAt, spellsOf } from "../src/gates";
import { numbers } from "./replay";

const lane = (part: Partial<LaneData>): LaneData => ({
  flight: 0,
  name: "Kalibr [1]",
  class: "cruise_missile",
  side: "hostile",
  first: {},
  launches: [],
  intercepts: [],
  ends: null,
  end: "in the air at the end",
  leaked: false,
  ...part,
});

const KILLED = lane({
  first: { detect: 10, track: 14, assign: 30, launch: 33, intercept: 50, assess: 52, identify: 20 },
  launches: [33, 36],
  intercepts: [
    [50, false],
    [55, true],
  ],
  ends: 55,
  end: "killed",
});

describe("a lane", () => {
  test("tells everything that happened once, in order of time", () => {
    const events = laneEvents(KILLED);
    expect(events.map((e) => e.t)).toEqual([10, 14, 20, 30, 33, 36, 50, 52, 55, 55]);
    expect(events.filter((e) => e.event === "another launch")).toHaveLength(1);
    expect(events.slice(-2).map((e) => e.event)).toEqual(["kill", "killed"]);
    expect(laneEvents(lane({}))).toEqual([]);
  });

  test("reaches stages that only go up, however late a lower one comes", () => {
    const late = lane({ first: { detect: 5, track: 40, identify: 8, launch: 30 } });
    expect(stagesReached(late, 100).map(([t, i]) => [t, STAGES[i]])).toEqual([
      [5, "detect"],
      [8, "identify"],
      [30, "launch"],
    ]);
    const random = numbers(5);
    for (let k = 0; k < 200; k++) {
      const first = Object.fromEntries(STAGES.filter(() => random() < 0.7).map((s) => [s, Math.floor(100 * random())]));
      const ends = 100 * random();
      const reached = stagesReached(lane({ first }), ends);
      for (let n = 1; n < reached.length; n++) {
        expect(reached[n][0]).toBeGreaterThanOrEqual(reached[n - 1][0]);
        expect(reached[n][1]).toBeGreaterThan(reached[n - 1][1]);
      }
      const before = Object.entries(first).filter(([, t]) => t <= ends);
      const furthest = Math.max(-1, ...before.map(([s]) => STAGES.indexOf(s as (typeof STAGES)[number])));
      expect(reached.at(-1)?.[1] ?? -1).toBe(furthest);
    }
  });

  test("is one sentence", () => {
    expect(laneSentence(KILLED)).toBe(
      "Kalibr [1], cruise missile: detected T+00:10, tracked T+00:14, identified T+00:20, assigned T+00:30, " +
        "launched T+00:33, intercepted T+00:50, assessed T+00:52; 2 rounds; killed T+00:55",
    );
    expect(laneSentence(lane({ leaked: true, end: "hit asset", ends: 61 }))).toBe(
      "Kalibr [1], cruise missile: never detected; 0 rounds; hit asset T+01:01; got through",
    );
  });
});

describe("orders of lanes", () => {
  const leaker = lane({ flight: 1, name: "B [2]", leaked: true, first: { detect: 50 } });
  const unseen = lane({ flight: 2, name: "B [10]", first: {} });
  const escort = lane({ flight: 3, name: "A [1]", side: "neutral", class: "airliner", first: { detect: 1 } });
  const all = [unseen, escort, leaker, { ...KILLED, flight: 4 }];
  const ordered = (order: LaneOrder): number[] => [...all].sort(LANE_ORDERS[order]).map((l) => l.flight);

  test("by arrival: first seen first, never seen last", () => {
    expect(ordered("arrival")).toEqual([3, 4, 1, 2]);
  });

  test("by outcome: leaked, then alive, then killed, then what is not hostile", () => {
    expect(ordered("outcome")).toEqual([1, 2, 4, 3]);
  });

  test("by name: numbers as numbers", () => {
    expect(ordered("name")).toEqual([3, 1, 2, 4]);
    expect(ordered("class")[0]).toBe(3);
  });

  test("each is an order: a before b is b after a, and lanes never seen do not upset it", () => {
    const many = [...all, lane({ flight: 5 }), lane({ flight: 6 })];
    for (const compare of Object.values(LANE_ORDERS)) {
      for (const a of many) for (const b of many) expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
    }
    expect(many.sort(LANE_ORDERS.arrival).map((l) => l.flight)).toEqual([3, 4, 1, 2, 5, 6]);
  });
});

describe("gates", () => {
  const rows = [
    [7, 1, 2000, 3000, 1],
    [7, 1, 1000, 2000, 0],
    [8, 1, 0, 9000, 0],
    [7, 2, 1500, 1600, 5],
  ];
  const column = (k: number): Int32Array => Int32Array.from(rows, (r) => r[k]);
  const gates = { count: 4, flight: column(0), unit: column(1), from: column(2), to: column(3), text: column(4) };
  const header = { texts: ["out of reach", "engaging"], textKinds: ["reach", "engaging"] } as never;
  const spells = spellsOf({ gates, header }, 7);

  test("are those of the flight, by unit, in order of time, in seconds", () => {
    expect([...spells.keys()].sort()).toEqual([1, 2]);
    expect(spells.get(1)?.map((s) => [s.from, s.to, s.text, s.kind])).toEqual([
      [10, 20, "out of reach", "reach"],
      [20, 30, "engaging", "engaging"],
    ]);
  });

  test("hold from their start up to their end; at a change the next one holds", () => {
    const mine = spells.get(1);
    expect([9.99, 10, 20, 29.99, 30].map((t) => spellAt(mine, t)?.kind)).toEqual([
      undefined,
      "reach",
      "engaging",
      "engaging",
      undefined,
    ]);
    expect(spellAt(undefined, 0)).toBeUndefined();
  });

  test("that follow each other with the same words are one, with a pause between them two", () => {
    const same = [
      [1, 1, 0, 100, 0],
      [1, 1, 100, 250, 0],
      [1, 1, 300, 400, 0],
      [1, 1, 400, 500, 1],
    ];
    const of = (k: number): Int32Array => Int32Array.from(same, (r) => r[k]);
    const file = { count: 4, flight: of(0), unit: of(1), from: of(2), to: of(3), text: of(4) };
    const found = spellsOf({ gates: file, header }, 1).get(1);
    expect(found?.map((s) => [s.from, s.to])).toEqual([
      [0, 2.5],
      [3, 4],
      [4, 5],
    ]);
  });

  test("with a reason that the file does not name is one of another kind", () => {
    expect(spells.get(2)?.[0]).toMatchObject({ text: "", kind: "other" });
  });
});
