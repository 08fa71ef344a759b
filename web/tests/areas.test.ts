import { describe, expect, test } from "vitest";
import { hasOthers, inForce, knownAt, messagesOf, mistakesOf, stateWords } from "../src/areas";
import { spellsOfBelief } from "../src/belief";
import type { Area } from "../src/contract";
import { countsByMinute } from "../src/events";
import { event, mover, numbers } from "./replay";

const area = (part: Partial<Area>): Area => ({
  kind: "notified",
  name: "Box",
  floor: null,
  ceiling: null,
  from: 0,
  to: null,
  rings: [],
  ...part,
});

describe("zones", () => {
  test("hold from their start until their end, which is no part of it", () => {
    const box = area({ from: 10, to: 20 });
    expect([9.9, 10, 19.9, 20].map((t) => inForce(box, t))).toEqual([false, true, true, false]);
    expect(inForce(area({}), 1e6)).toBe(true);
  });

  test("who knows of one only grows with time, and never beyond all posts", () => {
    const random = numbers(5);
    const heard = Array.from({ length: 9 }, (_, k): [string, number] => [`post ${k}`, 100 * random()]);
    const box = area({ heard, unheard: ["deaf"] });
    let before = -1;
    for (let t = 0; t <= 100; t += 5) {
      const k = knownAt(box, t);
      expect(k?.all).toBe(10);
      expect(k?.known).toBeGreaterThanOrEqual(before);
      before = k?.known ?? -1;
    }
    expect(before).toBe(9);
    expect(knownAt(area({ kind: "corridor" }), 0)).toBeNull();
  });

  test("say what is not as it should be, and nothing where all is", () => {
    const box = area({ from: 60, to: 600, heard: [["A", 90]], unheard: ["B"] });
    expect([0, 70, 100, 700].map((t) => stateWords(box, t))).toEqual([
      "from 01:00",
      "not known to any post",
      "known to 1 of 2 posts",
      "over",
    ]);
    expect(stateWords(area({ heard: [["A", 0]], unheard: [] }), 5)).toBe("");
    expect(stateWords(area({ kind: "airway" }), 5)).toBe("");
  });
});

describe("messages", () => {
  test("are those of zones that are sent, in order of sending; the first to hear ends the way", () => {
    const areas = [
      area({ name: "late", sent: 50, party: "C", over: ["L"], heard: [], unheard: ["A"] }),
      area({ name: "known all along", heard: [["A", 0]], unheard: [] }),
      area({
        name: "early",
        sent: 10,
        party: "C",
        over: ["L"],
        heard: [
          ["A", 40],
          ["B", 30],
        ],
        unheard: [],
      }),
    ];
    expect(messagesOf({ areas }).map((m) => [m.name, m.first])).toEqual([
      ["early", 30],
      ["late", null],
    ]);
    expect(messagesOf({})).toEqual([]);
  });
});

describe("flights that are no threat", () => {
  test("spells of belief lie in the span, one after the other, and hold what was believed then", () => {
    const m = mover({
      from: 0,
      to: 100,
      beliefs: [
        [10, "unknown"],
        [30, "neutral"],
        [50, "none"],
        [70, "hostile"],
      ],
    });
    expect(spellsOfBelief(m, 0, 200)).toEqual([
      [10, 30, "unknown"],
      [30, 50, "neutral"],
      [70, 100, "hostile"],
    ]);
    expect(spellsOfBelief(m, 20, 40)).toEqual([
      [20, 30, "unknown"],
      [30, 40, "neutral"],
    ]);
    expect(spellsOfBelief(m, 52, 60)).toEqual([]);
  });

  test("are there where a flight is civil or a friend, whatever else moves", () => {
    expect(hasOthers({ movers: [mover({}), mover({ kind: "track", side: "neutral" })] })).toBe(false);
    expect(hasOthers({ movers: [mover({}), mover({ side: "neutral" })] })).toBe(true);
  });

  test("a shot by mistake is counted apart, once", () => {
    const events = [event({ kind: "misidentified", t: 61 }), event({ kind: "launch", t: 62 })];
    expect(mistakesOf(events)).toHaveLength(1);
    expect(countsByMinute(events, 120)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 0, 1, 0, 1],
    ]);
  });
});
