import { beforeEach, expect, test, vi } from "vitest";
import type { Replay } from "../src/decode";

vi.mock("../src/source", () => ({ source: { embedded: false } }));

let frame: ((now: number) => void) | null = null;
let store: typeof import("../src/store")["store"];

/** The browser draws a frame at `now` ms. */
function draw(now: number): void {
  const f = frame;
  frame = null;
  f?.(now);
}

beforeEach(async () => {
  vi.resetModules();
  frame = null;
  vi.stubGlobal("requestAnimationFrame", (f: (now: number) => void) => {
    frame = f;
    return 1;
  });
  ({ store } = await import("../src/store"));
  const { startClock } = await import("../src/clock");
  store.set({ replay: { header: { duration: 100 } } as Replay, speed: 10 });
  startClock();
});

test("nothing is drawn while nothing plays", () => {
  expect(frame).toBeNull();
  store.set({ playing: true });
  expect(frame).not.toBeNull();
});

test("time goes on by the wall's seconds times the speed", () => {
  store.set({ playing: true });
  for (let k = 0; k <= 10; k++) draw(1000 + 100 * k);
  expect(store.get().time).toBeCloseTo(10, 9);
  store.set({ speed: 2 });
  draw(2100);
  expect(store.get().time).toBeCloseTo(10.2, 9);
});

test("after a pause, of the replay or of the page, it goes on from where it was", () => {
  store.set({ playing: true });
  draw(1000);
  draw(1100);
  store.set({ playing: false });
  draw(1200);
  expect(frame).toBeNull();
  store.set({ playing: true });
  draw(60_000);
  expect(store.get().time).toBeCloseTo(1, 9);
  draw(120_000); // the page was hidden for a minute
  expect(store.get().time).toBeLessThanOrEqual(1 + 0.25 * 10);
});

test("at the end it stops there", () => {
  store.set({ playing: true, time: 99 });
  draw(1000);
  draw(1200);
  expect(store.get()).toMatchObject({ time: 100, playing: false });
  draw(1300);
  expect(frame).toBeNull();
});
