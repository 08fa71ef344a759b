import { describe, expect, test } from "vitest";
import { decode } from "../src/decode";
import { silentOf, silentWords } from "../src/map/noise";
import { during, hiddenByNoise, Strobes } from "../src/noise";
import { event, type Point, replayFile } from "./replay";

const [JAMMED, SEEN, UNSEEN, BELOW] = [2, 1, 0, -1];
const path: Point[] = [
  [0, 34, 35, 8000],
  [100, 35, 35, 8000],
];
const radar = (row: number, part: object = {}) => ({
  row,
  name: `Site/radar ${row}`,
  role: "search" as const,
  at: [35.5, 35, 0] as [number, number, number],
  ship: null,
  sector: null,
  rotation: 4,
  range: 300_000,
  mask: [],
  ...part,
});
// time (0.01 s), radar, azimuth (0.001 deg), range, SNR, flight, code
const looks = [
  [1000, 0, 270_000, 1e5, 0, 0, UNSEEN], // before the first strobe
  [2000, 0, 271_000, 1e5, 0, 0, JAMMED],
  [2400, 0, 272_000, 1e5, 0, 0, UNSEEN], // too far to be seen without the noise either: the bearing is taken
  [2400, 1, 100_000, 1e5, 0, 0, JAMMED], // a radar that takes none
  [2500, 0, 280_000, 1e5, 0, 1, JAMMED], // hidden by the noise of another: no bearing of a jammer
  [5000, 0, 273_000, 1e5, 0, 0, JAMMED],
  [5400, 0, 274_000, 9e4, 0, 0, SEEN],
  [6000, 0, 275_000, 9e4, 0, 0, JAMMED],
  [7000, 0, 275_000, 9e4, 0, 0, BELOW],
];

function replay(rows = looks) {
  const file = replayFile({ paths: [path, path], looks: rows }, (header) => {
    header.radars = [radar(0, { silent: [[30, 40]] }), radar(1)];
    header.movers[0].jams = [[20, 62]];
    header.events = [event({ t: 20, kind: "strobe", radar: 0, flight: 0 })];
  });
  return decode(file);
}

describe("noise", () => {
  test("something holds from its beginning to just before its end", () => {
    const spells: [number, number][] = [
      [1, 2],
      [5, 7],
    ];
    expect([0.9, 1, 1.9, 2, 5, 6.9, 7].map((t) => during(spells, t))).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(during(undefined, 1)).toBe(false);
  });

  test("a strobe stands at its last bearing, grows stale, and goes where the jammer is seen", () => {
    const strobes = new Strobes(replay());
    const at = (t: number): number[] => strobes.at(t).map((s) => s.azimuth);
    expect(at(19)).toEqual([]);
    expect(at(20)).toEqual([271]);
    expect(at(23.9)).toEqual([271]);
    expect(at(24)).toEqual([272]);
    expect(at(29.9)).toEqual([272]);
    expect(at(30)).toEqual([]); // the radar is silent
    expect(at(33)).toEqual([]); // 9 s old: no look has renewed it
    expect(at(50)).toEqual([273]);
    expect(at(54)).toEqual([]); // seen
    expect(at(61)).toEqual([275]);
    expect(at(62)).toEqual([]); // the jammer is off
    const [fresh, stale] = [strobes.at(24)[0].freshness, strobes.at(29)[0].freshness];
    expect(fresh).toBe(1);
    expect(stale).toBeGreaterThan(0);
    expect(stale).toBeLessThan(fresh);
    expect(strobes.at(24, 1)).toEqual([]);
  });

  test("a file without looks has strobes toward where the jammer is", () => {
    const [strobe] = new Strobes(replay([])).at(29);
    expect(strobe.azimuth).toBeGreaterThan(269);
    expect(strobe.azimuth).toBeLessThan(271);
  });

  test("what the noise hides is told of one radar, jammers and others alike", () => {
    expect([...hiddenByNoise(replay(), 0)].map((k) => looks[k][0])).toEqual([2000, 2500, 5000, 6000]);
  });

  test("a radar is silent by itself, a site by how many of its radars are", () => {
    const { header } = replay();
    const place = (id: string, kind: "radar" | "site", name: string) => ({
      id,
      kind,
      name,
      at: [0, 0, 0] as [number, number, number],
      radius: 0,
      symbol: "",
      ship: null,
      downAt: null,
    });
    const [one, site] = [place("radar/0", "radar", "Site/radar 0"), place("site/0", "site", "Site")];
    expect(silentWords(header, one, 29)).toBe("");
    expect(silentWords(header, one, 30)).toBe("silent");
    expect(silentOf(header, site, 30)).toEqual({ silent: 1, all: 2 });
    expect(silentWords(header, site, 30)).toBe("1 of 2 radars silent");
    expect(silentWords(header, place("site/1", "site", "Sit"), 30)).toBe("");
  });
});
