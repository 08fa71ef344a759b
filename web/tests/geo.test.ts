import { describe, expect, test } from "vitest";
import * as geo from "../src/geo";
import { numbers } from "./replay";

const random = numbers(1);
const spots = Array.from({ length: 100 }, (): [number, number] => [340 * random() - 170, 160 * random() - 80]);
const QUARTER = (geo.EARTH * Math.PI) / 2;

describe("great circles", () => {
  test("a quarter of the earth lies between pole and equator, half between antipodes", () => {
    expect(geo.distance([17, 90], [-60, 0])).toBeCloseTo(QUARTER, 3);
    expect(geo.distance([10, 20], [-170, -20])).toBeCloseTo(2 * QUARTER, 0);
    expect(geo.bearing([0, 0], [0, 10])).toBeCloseTo(0, 9);
    expect(geo.bearing([0, 0], [10, 0])).toBeCloseTo(90, 9);
    expect(geo.bearing([0, 0], [-10, 0])).toBeCloseTo(270, 9);
  });

  test("distance is symmetric and never above half the earth", () => {
    for (let k = 1; k < spots.length; k++) {
      const d = geo.distance(spots[k - 1], spots[k]);
      expect(d).toBeCloseTo(geo.distance(spots[k], spots[k - 1]), 6);
      expect(d).toBeLessThanOrEqual(2 * QUARTER + 1e-6);
    }
  });

  test("going a way and measuring it gives the way: destination undoes distance and bearing", () => {
    for (const from of spots) {
      const [azimuth, meters] = [360 * random(), 1000 + 3e6 * random()];
      const to = geo.destination(from, azimuth, meters);
      expect(geo.distance(from, to)).toBeCloseTo(meters, 2);
      expect(Math.abs(((geo.bearing(from, to) - azimuth + 540) % 360) - 180)).toBeLessThan(1e-6);
    }
  });

  test("every point drawn lies on the shortest way, from end to end", () => {
    for (let k = 1; k < 20; k++) {
      const [a, b] = [spots[k - 1], spots[k]];
      const line = geo.greatCircle(a, b);
      expect(line[0]).toEqual([expect.closeTo(a[0], 9), expect.closeTo(a[1], 9)]);
      expect(line.at(-1)).toEqual(b);
      for (const p of line) expect(geo.distance(a, p) + geo.distance(p, b)).toBeCloseTo(geo.distance(a, b), 2);
    }
  });
});

test("web-mercator and back is where one was; it is bounded near the poles", () => {
  for (const [lon, lat] of spots) {
    expect(geo.lonOf(geo.mercatorX(lon))).toBeCloseTo(lon, 9);
    expect(geo.latOf(geo.mercatorY(lat))).toBeCloseTo(lat, 9);
  }
  expect(geo.mercatorX(180)).toBeCloseTo(Math.PI * geo.MERCATOR, 6);
  expect(geo.mercatorY(0)).toBeCloseTo(0, 6);
  expect(geo.mercatorY(90)).toBe(geo.mercatorY(85.06));
  expect(geo.mercatorY(-90)).toBeCloseTo(-geo.mercatorY(90), 3);
});

describe("radar horizon over the earth of 4/3 radius", () => {
  test("from where a target is masked, the ray along the horizon is at its height", () => {
    for (let k = 0; k < 200; k++) {
      const [from, elevation] = [500 * random(), 4 * random() - 0.5];
      const h = from + 20_000 * random();
      expect(geo.rayHeight(from, elevation, geo.maskedBeyond(from, elevation, h))).toBeCloseTo(h, 4);
    }
  });

  test("over a smooth earth it is the textbook's sqrt(2 k R h) for antenna and target", () => {
    const [antenna, target] = [30, 100];
    const dip = (-Math.sqrt((2 * antenna) / geo.EFFECTIVE_EARTH) * 180) / Math.PI;
    const sight = Math.sqrt(2 * geo.EFFECTIVE_EARTH * antenna) + Math.sqrt(2 * geo.EFFECTIVE_EARTH * target);
    expect(geo.maskedBeyond(antenna, dip, target) / sight).toBeCloseTo(1, 4);
    expect(geo.EFFECTIVE_EARTH / geo.EARTH).toBeCloseTo(4 / 3, 12);
  });

  test("a higher target is seen farther, a higher horizon hides more; below every ray nothing is seen", () => {
    expect(geo.maskedBeyond(10, 0, 500)).toBeGreaterThan(geo.maskedBeyond(10, 0, 100));
    expect(geo.maskedBeyond(10, 1, 500)).toBeLessThan(geo.maskedBeyond(10, 0, 500));
    expect(geo.maskedBeyond(1000, 1, 0)).toBe(0);
  });
});

test("a horizon mask is linear between whole degrees and closes at north", () => {
  const mask = Array.from({ length: 360 }, (_, k) => (k < 180 ? k : 360 - k));
  expect(geo.maskElevation(mask, 10)).toBe(10);
  expect(geo.maskElevation(mask, 10.25)).toBeCloseTo(10.25, 9);
  expect(geo.maskElevation(mask, 359.5)).toBeCloseTo(0.5, 9);
  expect(geo.maskElevation(mask, -10)).toBeCloseTo(geo.maskElevation(mask, 350), 9);
  expect(geo.maskElevation(mask, 725)).toBeCloseTo(5, 9);
  expect(geo.maskElevation([], 10)).toBeNaN();
});

describe("sectors, clockwise from-to", () => {
  test("an azimuth is in a sector or in the one that is left of the circle", () => {
    for (let k = 0; k < 200; k++) {
      const [from, to, azimuth] = [360 * random(), 360 * random(), 360 * random()];
      expect(geo.inSector([from, to], azimuth)).not.toBe(geo.inSector([to, from], azimuth));
      expect(geo.sectorSpan([from, to]) + geo.sectorSpan([to, from])).toBeCloseTo(360, 9);
    }
  });

  test("over north, at the edges, and all round", () => {
    expect([340, 350, 0, 10, 20].map((a) => geo.inSector([350, 10], a))).toEqual([false, true, true, true, false]);
    expect([0, 90, 359].every((a) => geo.inSector(null, a))).toBe(true);
    expect([0, 90, 359].every((a) => geo.inSector([45, 45], a))).toBe(true);
    expect(geo.sectorSpan([350, 10])).toBe(20);
    expect(geo.sectorSpan([45, 45])).toBe(360);
  });
});

describe("crossings of rings along a bearing", () => {
  const from: [number, number] = [36, 35];
  const ring = (radius: number): [number, number][] =>
    Array.from({ length: 361 }, (_, a) => geo.destination(from, a, radius));

  test("a circle around is crossed once, at its radius, on every bearing", () => {
    for (let k = 0; k < 50; k++) {
      const found = geo.crossings([ring(80_000)], from, 360 * random());
      expect(found).toHaveLength(1);
      expect(found[0] / 80_000).toBeCloseTo(1, 3);
    }
  });

  test("several are crossed near to far, whatever their order; one aside is not crossed", () => {
    const found = geo.crossings([ring(90_000), ring(10_000), ring(50_000)], from, 123.4);
    expect(found.map((d) => Math.round(d / 1000))).toEqual([10, 50, 90]);
    const aside = ring(5000).map(([lon, lat]) => [lon + 1, lat]);
    expect(geo.crossings([aside], from, 0.5)).toEqual([]);
    expect(geo.crossings([aside], from, 270.5)).toEqual([]); // behind one's back
    expect(geo.crossings([aside], from, 90.1)).toHaveLength(2);
  });
});
