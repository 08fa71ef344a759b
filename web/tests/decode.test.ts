import { describe, expect, test } from "vitest";
import { decode, decodeBackdrop, legAt, NO_SNR, type Place, VOID_GROUND } from "../src/decode";
import { Trouble } from "../src/trouble";
import { numbers, type Point, pack, replayFile } from "./replay";

const PATH: Point[] = [
  [10, 30, 31, 0],
  [20, 31, 31, 1000],
  [40, 31, 33, 1000],
  [40.5, 31, 33.5, 500],
];
const place = (): Place => ({ lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 });

function trouble(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Trouble);
    expect((error as Trouble).problem.todo).not.toBe("");
    return (error as Trouble).message;
  }
  return "no trouble";
}

describe("a damaged file is told from a good one", () => {
  const file = replayFile({
    paths: [PATH],
    gates: [[0, 1, 0, 5, 0]],
    looks: [[100, 0, 90_000, 5000, NO_SNR, 0, 1]],
    ground: { rows: 2, columns: 3, heights: [1, 2, 3, 4, 5, 6] },
    relief: new Uint8Array([1, 2, 3]),
  });

  test("whole, it is read", () => {
    expect(decode(file).header.pathPoints).toBe(PATH.length);
  });

  test("cut off anywhere, it is damaged and says so", () => {
    const used = file.byteLength - 4; // the ground's 12 bytes are filled up to 16
    for (let length = 0; length < used; length++) {
      expect(
        trouble(() => decode(file.slice(0, length))),
        `at ${length} bytes`,
      ).toMatch(/^The replay file is damaged: /);
    }
  });

  test("another kind of file, another format and a broken header are named", () => {
    const changed = (at: number, to: number): ArrayBuffer => {
      const copy = file.slice(0);
      new Uint8Array(copy)[at] = to;
      return copy;
    };
    expect(trouble(() => decode(changed(0, 0)))).toContain("does not begin as one");
    expect(trouble(() => decode(changed(16, 0)))).toContain("header cannot be read");
    expect(trouble(() => decode(changed(11, 0x7f)))).toContain("cut off in its header");
    const old = replayFile({ paths: [PATH] }, (h) => Object.assign(h, { format: 1 }));
    expect(trouble(() => decode(old))).toContain("its format is 1, this viewer reads 2");
  });

  test("a section shorter than the header counts is damaged", () => {
    const counts = { pathPoints: "paths", gateSpells: "gates", lookCount: "looks" } as const;
    for (const [count, name] of Object.entries(counts)) {
      const wrong = replayFile({ paths: [PATH] }, (h) => Object.assign(h, { [count]: 1000 }));
      expect(trouble(() => decode(wrong))).toContain(`${name} is shorter than its header says`);
    }
    const ground = replayFile({ paths: [PATH] }, (h) => Object.assign(h.ground, { rows: 1, columns: 5 }));
    expect(trouble(() => decode(ground))).toContain("ground is shorter than its header says");
  });
});

test("columns come back as they were written", () => {
  const looks = [
    [100, 3, 90_000, 5000, 123, 0, 1],
    [250, 4, 180_500, 7000, NO_SNR, -1, -2],
  ];
  const r = decode(replayFile({ paths: [PATH], looks, relief: new Uint8Array([1, 2, 3]) }));
  const rows = [0, 1].map((k) => [
    r.looks.time[k],
    r.looks.radar[k],
    r.looks.azimuth[k],
    r.looks.range[k],
    r.looks.snr[k],
    r.looks.flight[k],
    r.looks.code[k],
  ]);
  expect(rows).toEqual(looks);
  expect(r.relief?.size).toBe(3);
  expect(decode(replayFile({ paths: [PATH] })).relief).toBeNull();
});

test("a backdrop is unpacked", () => {
  const layer = { kind: "detection", name: "R", owner: 0, height: 1, rcs: null, probability: null, rings: [] };
  const header = { format: 2, coverage: [{ ...layer, limits: "emergent" }], sections: {} };
  const found = decodeBackdrop(pack(header, { relief: new Uint8Array([9, 9]) }));
  expect(found.coverage).toHaveLength(1);
  expect(found.relief?.size).toBe(2);
});

describe("where a mover is", () => {
  const r = decode(replayFile({ paths: [PATH] }));
  const out = place();

  test("at its points it is there, and nowhere before the first and after the last", () => {
    for (const [t, lon, lat, height] of PATH) {
      expect(r.position(0, t, out)).toBe(true);
      expect([out.lon, out.lat, out.height]).toEqual([lon, lat, height].map((x) => expect.closeTo(x, 6)));
    }
    expect(r.position(0, PATH[0][0] - 0.01, out)).toBe(false);
    expect(r.position(0, 40.51, out)).toBe(false);
  });

  test("between two points it goes straight and evenly, with the leg's speed, climb and course", () => {
    r.position(0, 15, out);
    expect(out.lon).toBeCloseTo(30.5, 6);
    expect(out.height).toBeCloseTo(500, 6);
    expect(out.climb).toBeCloseTo(100, 6);
    expect(out.course).toBeCloseTo(90, 6);
    expect(out.speed).toBeCloseTo((111_195 * Math.cos((31 * Math.PI) / 180)) / 10, 3);
    r.position(0, 30, out);
    expect([out.lat, out.course, out.climb]).toEqual([expect.closeTo(32, 6), expect.closeTo(0, 6), 0]);
    expect(out.speed).toBeCloseTo((2 * 111_195) / 20, 6);
  });

  test("it does not matter where one looked before", () => {
    const random = numbers(7);
    const again = place();
    for (let k = 0; k < 300; k++) {
      const t = 10 + 30.5 * random();
      r.position(0, t, out);
      decode(replayFile({ paths: [PATH] })).position(0, t, again);
      expect(out).toEqual(again);
    }
  });

  test("over the date line it takes the short way, east and west", () => {
    for (const [from, to, course] of [
      [179, -179, 90],
      [-179, 179, 270],
    ]) {
      const path: Point[] = [
        [0, from, 0, 0],
        [10, to, 0, 0],
      ];
      const dateline = decode(replayFile({ paths: [path] }));
      expect(dateline.position(0, 5, out)).toBe(true);
      expect(Math.abs(out.lon)).toBeCloseTo(180, 6);
      expect(out.course).toBeCloseTo(course, 6);
    }
  });

  test("what has one point stands still there", () => {
    const still = decode(replayFile({ paths: [[[3, 35, 36, 70]]] }, (h) => Object.assign(h.movers[0], { to: 90 })));
    expect(still.position(0, 50, out)).toBe(true);
    expect(out).toEqual({ lon: expect.closeTo(35, 6), lat: 36, height: 70, course: 0, speed: 0, climb: 0 });
  });
});

test("the leg of a time is the same from every hint", () => {
  const time = Int32Array.from([-50, 0, 10, 10, 25, 26, 40, 1000]);
  const [first, last] = [1, 6];
  for (let t = 0; t < 40; t++) {
    for (let hint = -2; hint < 10; hint++) {
      const i = legAt(time, first, last, t, hint);
      expect(time[i] <= t && t < time[i + 1], `t ${t}, hint ${hint}, leg ${i}`).toBe(true);
    }
  }
  for (let hint = 0; hint < 8; hint++) {
    expect(legAt(time, first, last, -1, hint)).toBe(first); // before the first
    expect(legAt(time, first, last, 40, hint)).toBe(last - 1); // at the last
    expect(legAt(time, first, last, 500, hint)).toBe(last - 1); // after it: what follows is another mover's
  }
});

describe("height of the ground", () => {
  const plane = (lon: number, lat: number): number => 100 * (lon - 30) - 50 * (lat - 30) + 600;
  const heights = [0, 1, 2, 3, 4].flatMap((r) => [0, 1, 2].map((c) => plane(30 + 5 * c, 40 - 2.5 * r)));

  test("a plane comes back as a plane, up to the window's edges", () => {
    const r = decode(replayFile({ paths: [PATH], ground: { rows: 5, columns: 3, heights } }));
    const random = numbers(11);
    for (let k = 0; k < 200; k++) {
      const [lon, lat] = [30 + 10 * random(), 30 + 10 * random()];
      expect(r.groundAt(lon, lat)).toBeCloseTo(plane(lon, lat), 6);
    }
    for (const lon of [30, 40])
      for (const lat of [30, 40]) expect(r.groundAt(lon, lat)).toBeCloseTo(plane(lon, lat), 6);
    for (const [lon, lat] of [
      [29.99, 35],
      [40.01, 35],
      [35, 29.99],
      [35, 40.01],
      [NaN, 35],
    ]) {
      expect(r.groundAt(lon, lat)).toBeNaN();
    }
  });

  test("beside a void it is not known", () => {
    const holed = heights.with(4, VOID_GROUND); // second row, middle column
    const r = decode(replayFile({ paths: [PATH], ground: { rows: 5, columns: 3, heights: holed } }));
    expect(r.groundAt(34, 38)).toBeNaN();
    expect(r.groundAt(36, 36)).toBeNaN();
    expect(r.groundAt(34, 33)).toBeCloseTo(plane(34, 33), 6);
  });
});

test("a gate holds from its start up to its end, which is the next one's", () => {
  const r = decode(
    replayFile({
      paths: [PATH],
      gates: [
        [0, 1, 10, 20, 0],
        [0, 1, 20, 30, 1],
        [0, 2, 10, 30, 1],
      ],
    }),
  );
  expect([9.99, 10, 19.99, 20, 29.99, 30].map((t) => r.gateAt(0, 1, t))).toEqual([
    "",
    "out of reach",
    "out of reach",
    "engaging",
    "engaging",
    "",
  ]);
  expect(r.gateAt(1, 1, 15)).toBe("");
  expect(r.gateAt(0, 2, 15)).toBe("engaging");
});
