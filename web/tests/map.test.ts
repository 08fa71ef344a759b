import { beforeEach, describe, expect, test } from "vitest";
import type { Layer, ReplayRadar } from "../src/contract";
import type { Place, Replay } from "../src/decode";
import { bearing, destination, distance, type LonLat } from "../src/geo";
import { chosenLayers, coverage, firstChoice, heightsOf, ownersOf } from "../src/map/choice";
import { outlineOf, projected } from "../src/map/lines";
import { LabelBoxes, labelCorner, SIDES, Viewport } from "../src/map/viewport";
import { coverageAlong } from "../src/scope/coverage";
import { antennaSweep, detections, firstLookAfter, maskedRanges, sitePosition } from "../src/scope/plots";
import { middleAzimuth, standpoints, withinWedge } from "../src/scope/wedge";
import { mover, numbers } from "./replay";

const random = numbers(21);
const replayOf = (part: object): Replay => part as unknown as Replay;

describe("the map's view", () => {
  const view = new Viewport(4_000_000, 4_100_000, 250, 800, 600);

  test("a point of the earth and its point on the canvas are one", () => {
    expect([view.px(4_000_000), view.py(4_100_000)]).toEqual([400, 300]);
    for (let k = 0; k < 100; k++) {
      const [lon, lat] = [34 + 4 * random(), 33 + 4 * random()];
      const back = view.lonLat(...view.point(lon, lat));
      expect(back).toEqual([expect.closeTo(lon, 9), expect.closeTo(lat, 9)]);
    }
  });

  test("north is up, east is right, and a pixel is as long as the earth between its edges", () => {
    const [x, y] = view.point(36, 35);
    expect(view.point(36.1, 35)[0]).toBeGreaterThan(x);
    expect(view.point(36, 35.1)[1]).toBeLessThan(y);
    const meters = distance(view.lonLat(x, y), view.lonLat(x + 1, y));
    expect(view.meters(35) / meters).toBeCloseTo(1, 4);
  });

  test("shows what is on the canvas, with room around if asked", () => {
    expect([view.shows(1, 1), view.shows(-1, 1), view.shows(799, 599), view.shows(400, 601)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(view.shows(-5, 1, 10)).toBe(true);
  });
});

describe("labels", () => {
  test("boxes claimed never overlap, and none is refused that would not", () => {
    const boxes = new LabelBoxes();
    const kept: number[][] = [];
    const meet = (a: number[], b: number[]): boolean =>
      a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
    for (let k = 0; k < 600; k++) {
      const box = [900 * random() - 50, 700 * random() - 50, 5 + 120 * random(), 5 + 30 * random()];
      const free = !kept.some((b) => meet(b, box));
      expect(boxes.claim(box[0], box[1], box[2], box[3])).toBe(free);
      if (free) kept.push(box);
    }
    expect(kept.length).toBeGreaterThan(50);
  });

  test("keep clear of what lies under them and of what is forced; a forced one is always put", () => {
    const under = new LabelBoxes();
    under.claim(0, 0, 10, 10);
    const over = new LabelBoxes(under);
    expect(over.claim(5, 5, 10, 10)).toBe(false);
    expect(over.claim(5, 5, 10, 10, true)).toBe(true);
    expect(over.claim(12, 12, 2, 2)).toBe(false);
    expect(over.claim(15, 5, 10, 10)).toBe(true); // beside
    expect(under.claim(20, 5, 10, 10)).toBe(true); // what is over does not count below
  });

  test("stand beside their point on eight different sides, never on it", () => {
    const corners = SIDES.map((side) => labelCorner(side, 100, 100, 40, 12, 5));
    expect(new Set(corners.map(String)).size).toBe(8);
    for (const [x, y] of corners) {
      const dx = Math.max(x - 100, 0, 100 - (x + 40));
      const dy = Math.max(y - 100, 0, 100 - (y + 12));
      expect(Math.max(dx, dy)).toBe(5);
    }
  });
});

describe("outlines", () => {
  const square = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
    [0, 0],
  ];

  test("a plain ring is its own outline", () => {
    expect(outlineOf([square])).toEqual([square]);
  });

  test("the cut to a hole, gone both ways, is not drawn; everything else is", () => {
    const hole = [
      [1, 1],
      [1, 2],
      [2, 2],
      [2, 1],
      [1, 1],
    ];
    const cut = [...square.slice(0, -1), [0, 0], ...hole, [0, 0]];
    const legs = (lines: number[][][]): string[] =>
      lines.flatMap((line) => line.slice(1).map((p, k) => `${line[k]}>${p}`)).sort();
    expect(legs(outlineOf([cut]))).toEqual(legs([square, hole]));
  });

  test("lines are projected point by point", () => {
    const line = projected([
      [180, 0],
      [0, 85],
    ]);
    expect([...line].map((v) => Math.round(v / 1000) + 0)).toEqual([20_038, 0, 0, 19_972]);
  });
});

const ring = (at: LonLat, radius: number): number[][] =>
  Array.from({ length: 181 }, (_, k) => destination(at, 2 * k, radius));
const layer = (part: Partial<Layer>): Layer => ({
  kind: "engagement",
  name: "Unit",
  owner: 0,
  height: 100,
  rcs: 1,
  probability: null,
  rings: [],
  limits: "emergent",
  ...part,
});

describe("coverage layers", () => {
  const here: LonLat = [36, 35];
  const layers = [
    layer({ height: 5000, rings: [ring(here, 60_000), ring(here, 5000)] }), // a hole overhead
    layer({ height: 100, rings: [ring(here, 20_000)] }),
    layer({ height: 100, limits: "published", rings: [ring(here, 10_000)] }),
    layer({ owner: 1, name: "Other", height: 300, rings: [ring(here, 1000)] }),
    layer({ kind: "detection", name: "Radar", height: 100, rings: [ring(here, 90_000)] }),
  ];
  const replay = replayOf({ header: { coverage: layers } });

  beforeEach(() => coverage.set({ kind: "none", owner: -1, heights: new Set() }));

  test("are offered by kind: heights low to high, owners once", () => {
    expect(heightsOf(replay, "emergent")).toEqual([100, 300, 5000]);
    expect(heightsOf(replay, "published")).toEqual([100]);
    expect(ownersOf(replay, "emergent")).toEqual([
      [0, "Unit"],
      [1, "Other"],
    ]);
    expect(ownersOf(replay, "detection")).toEqual([[0, "Radar"]]);
  });

  test("are shown as chosen, each with the place of its height for its color", () => {
    expect(chosenLayers(replay)).toEqual([]);
    coverage.set({ kind: "emergent", heights: new Set([300, 5000]) });
    expect(chosenLayers(replay).map((c) => [c.layer.owner, c.layer.height, c.place])).toEqual([
      [0, 5000, 2],
      [1, 300, 1],
    ]);
    coverage.set({ owner: 1 });
    expect(chosenLayers(replay).map((c) => c.layer.name)).toEqual(["Other"]);
  });

  test("a first choice shows something of what there is", () => {
    firstChoice(replay);
    expect(coverage.get()).toMatchObject({ kind: "emergent", owner: -1, heights: new Set([100, 300]) });
    expect(chosenLayers(replay).length).toBeGreaterThan(0);
    firstChoice(replayOf({ header: { coverage: [layers[4]] } }));
    expect(coverage.get()).toMatchObject({ kind: "detection", heights: new Set([100]) });
    firstChoice(replayOf({ header: { coverage: [] } }));
    expect(coverage.get()).toMatchObject({ kind: "none", heights: new Set() });
  });

  test("cut along a bearing they reach from their hole, or from here, to their edge", () => {
    const { reaches } = coverageAlong(replay, "unit", 0, here, 77);
    expect(reaches.map((r) => r.kind)).toEqual(["emergent", "published"]);
    expect(reaches[0].spans.map((s) => [s.height, Math.round(s.near / 100), Math.round(s.far / 100)])).toEqual([
      [100, 0, 200],
      [5000, 50, 600],
    ]);
    const radar = coverageAlong(replay, "radar", 0, here, 200).reaches;
    expect(radar.map((r) => [r.kind, Math.round(r.spans[0].far / 1000)])).toEqual([["detection", 90]]);
    expect(coverageAlong(replay, "unit", 9, here, 0).reaches).toEqual([]);
  });
});

const radarOf = (part: Partial<ReplayRadar>): ReplayRadar => ({
  row: 0,
  name: "R",
  role: "search",
  at: [36, 35, 20],
  ship: null,
  sector: null,
  rotation: 0,
  range: 100_000,
  mask: [],
  ...part,
});

describe("the scope", () => {
  const TURN = 12;
  const count = 400;
  /** Looks of radar 0, whose antenna has one face or two, and of radar 1 between them, in no order of time. */
  function looksOf(faces: number): Replay {
    const rows = Array.from({ length: count }, (_, k) => {
      const time = Math.floor(100 * 120 * random());
      const face = faces === 2 ? 180 * (k % 2) : 0;
      return [time, k % 3 === 0 ? 1 : 0, (((33 + face + (3.6 * time) / TURN) % 360) * 1000) | 0, k % 5 ? 1 : 0];
    });
    const column = (k: number): Int32Array => Int32Array.from(rows, (r) => r[k]);
    return replayOf({ looks: { count, time: column(0), radar: column(1), azimuth: column(2), code: column(3) } });
  }

  test("plots are the radar's own detections in order of time, all of them", () => {
    const replay = looksOf(1);
    const order = detections(replay, 0);
    const { looks } = replay;
    let own = 0;
    for (let k = 0; k < count; k++) if (looks.radar[k] === 0 && looks.code[k] === 1) own++;
    expect(order.length).toBe(own);
    for (let k = 0; k < order.length; k++) {
      expect([looks.radar[order[k]], looks.code[order[k]]]).toEqual([0, 1]);
      if (k) expect(looks.time[order[k]]).toBeGreaterThanOrEqual(looks.time[order[k - 1]]);
    }
    for (let k = 0; k < 100; k++) {
      const tick = Math.floor(13_000 * random()) - 500;
      const after = [...order].filter((n) => looks.time[n] > tick).length;
      expect(firstLookAfter(replay, order, tick)).toBe(order.length - after);
    }
  });

  test("the sweep is found again from the looks, with one face or two; what does not turn has none", () => {
    const one = antennaSweep(looksOf(1), radarOf({ rotation: TURN }));
    expect(one).toEqual({ turn: TURN, phases: [expect.closeTo(33, 1)] });
    const two = antennaSweep(looksOf(2), radarOf({ rotation: TURN }));
    expect(two?.phases.map((p) => p % 180)).toEqual([expect.closeTo(33, 1), expect.closeTo(33, 1)]);
    expect(antennaSweep(looksOf(1), radarOf({ rotation: 0 }))).toBeNull();
    expect(antennaSweep(looksOf(1), radarOf({ row: 7, rotation: TURN }))).toEqual({ turn: TURN, phases: [0] });
  });

  test("what is masked: nothing out of the sector, all of it without a mask, more where the horizon is higher", () => {
    const mask = Array.from({ length: 360 }, (_, a) => (a < 180 ? 2 : 0));
    const ranges = maskedRanges(radarOf({ sector: [90, 270], mask }), 1000);
    expect(ranges[45]).toBe(0);
    expect(ranges[100]).toBeGreaterThan(0);
    expect(ranges[200]).toBeGreaterThan(ranges[100]);
    expect(maskedRanges(radarOf({}), 1000)[0]).toBe(Infinity);
  });

  test("what stands on a ship sails with it, else it stays", () => {
    const movers = [mover({ id: "ship/0", kind: "ship" })];
    const position = (_: number, t: number, out: Place): boolean => {
      Object.assign(out, { lon: 36 + t / 100, lat: 34 });
      return t <= 100;
    };
    const replay = replayOf({ header: { movers }, position });
    expect(sitePosition(replay, { at: [35, 33, 25], ship: "ship/0" }, 50)).toEqual({ spot: [36.5, 34], height: 25 });
    expect(sitePosition(replay, { at: [35, 33, 25], ship: null }, 50).spot).toEqual([35, 33]);
    expect(sitePosition(replay, { at: [35, 33, 25], ship: "ship/0" }, 101).spot).toEqual([35, 33]); // sunk
  });
});

describe("the height view", () => {
  const spot: LonLat = [36, 35];

  test("stands at every fire unit, with the engagement radar beside it, and at every radar", () => {
    const beside = radarOf({ row: 1, role: "engagement", at: [36.005, 35, 0], sector: [350, 30] });
    const unit = { row: 0, name: "Battery", at: [36, 35, 0] as [number, number, number], ship: null, sector: null };
    const away = { ...unit, row: 1, at: [37, 35, 0] as [number, number, number] };
    const all = standpoints({ header: { radars: [radarOf({}), beside], units: [unit, away] } as never });
    expect(all.map((s) => [s.key, s.radar?.row])).toEqual([
      ["unit:0", 1],
      ["unit:1", undefined],
      ["radar:0", 0],
      ["radar:1", 1],
    ]);
    expect(all.map(middleAzimuth)).toEqual([10, 270, 270, 10]);
    expect(middleAzimuth(undefined)).toBe(270);
  });

  test("shows what is within its wedge, and only what its world holds", () => {
    const kinds = ["flight", "track", "round", "ship", "radar track"] as const;
    const places = kinds.map((kind) => ({ kind, at: destination(spot, 90, 30_000) }));
    const far = { kind: "flight" as const, at: destination(spot, 90, 90_000) };
    const aside = { kind: "flight" as const, at: destination(spot, 97, 30_000) };
    const gone = { kind: "flight" as const, at: null };
    const all = [...places, far, aside, gone];
    const replay = replayOf({
      header: { movers: all.map(({ kind }, row) => mover({ kind, row })) },
      position: (k: number, _: number, out: Place) => {
        const at = all[k].at;
        if (!at) return false;
        Object.assign(out, { lon: at[0], lat: at[1], height: 1000, course: 270, speed: 200, climb: -3 });
        return true;
      },
    });
    const wedge = { spot, azimuth: 90, half: 5, far: 60_000 };
    const seen = (world: "truth" | "belief"): string[] => withinWedge(replay, wedge, 0, world).map((m) => m.kind);
    expect(seen("truth")).toEqual(["flight", "round"]);
    expect(seen("belief")).toEqual(["track", "round"]);
    const [flight] = withinWedge(replay, wedge, 0, "truth");
    expect(flight.distance).toBeCloseTo(30_000, 3);
    expect(flight.along).toBeCloseTo(-200, 6); // it comes
    expect(withinWedge(replay, { ...wedge, azimuth: 85.1 }, 0, "truth")).toHaveLength(2);
    expect(withinWedge(replay, { ...wedge, azimuth: 84.9 }, 0, "truth")).toHaveLength(0);
  });

  test("looks over north without a seam", () => {
    const replay = replayOf({
      header: { movers: [mover({})] },
      position: (_: number, __: number, out: Place) => {
        const at = destination(spot, 2, 1000);
        Object.assign(out, { lon: at[0], lat: at[1] });
        return true;
      },
    });
    expect(bearing(spot, destination(spot, 358, 1000))).toBeCloseTo(358, 3);
    for (const azimuth of [358, 0, 6]) {
      expect(withinWedge(replay, { spot, azimuth, half: 5, far: 5000 }, 0, "truth")).toHaveLength(1);
    }
    expect(withinWedge(replay, { spot, azimuth: 182, half: 5, far: 5000 }, 0, "truth")).toHaveLength(0);
  });
});
