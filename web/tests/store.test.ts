import { beforeEach, describe, expect, test, vi } from "vitest";
import type { RunCard, RunSummary } from "../src/contract";
import type { Replay } from "../src/decode";
import { event } from "./replay";

/** Where runs come from, answered by hand. */
const served = vi.hoisted(() => ({
  embedded: false,
  runs: vi.fn(),
  summary: vi.fn(),
  replay: vi.fn(),
  backdrop: vi.fn(),
}));
vi.mock("../src/source", () => ({ source: served }));

type Store = typeof import("../src/store");
let store: Store["store"];
let actions: Store["actions"];
let report: Store["report"];
let SPEEDS: Store["SPEEDS"];
let Trouble: typeof import("../src/trouble")["Trouble"];

const replay = (name: string, part: object = {}): Replay =>
  ({
    header: { title: name, duration: 100, events: [], units: [], radars: [], backdrop: true, ...part },
  }) as unknown as Replay;
const run = (id: string, replications = 100): RunSummary => ({ id, name: id, replications }) as RunSummary;

/** A promise that is kept when it is said. */
function promised<T>(): { promise: Promise<T>; keep: (value: T) => void; fail: (why: unknown) => void } {
  let keep: (value: T) => void = () => undefined;
  let fail: (why: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    keep = resolve;
    fail = reject;
  });
  return { promise, keep, fail };
}

beforeEach(async () => {
  vi.resetModules(); // each test has a state of its own
  served.embedded = false;
  for (const f of [served.runs, served.summary, served.replay, served.backdrop]) f.mockReset();
  ({ store, actions, report, SPEEDS } = await import("../src/store"));
  ({ Trouble } = await import("../src/trouble"));
});

describe("listeners", () => {
  test("are called at once, then for changes of their parts alone", () => {
    const heard: number[] = [];
    store.on(["time"], (s) => heard.push(s.time));
    store.set({ time: 5 });
    store.set({ speed: 2 });
    store.set({ time: 5 });
    store.set({ time: 6, speed: 3 });
    expect(heard).toEqual([0, 5, 6]);
  });

  test("are called once for a set of several parts, and no more once ended", () => {
    const heard = vi.fn();
    const end = store.on(["time", "speed"], heard);
    store.set({ time: 1, speed: 1 });
    expect(heard).toHaveBeenCalledTimes(2);
    end();
    store.set({ time: 2 });
    expect(heard).toHaveBeenCalledTimes(2);
  });

  test("one that fails is reported and does not keep the news from the others", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    let broken = false;
    store.on(["time"], () => {
      if (broken) throw new Error("no canvas");
    });
    const heard = vi.fn();
    store.on(["time"], heard);
    broken = true;
    store.set({ time: 1 });
    expect(heard).toHaveBeenCalledTimes(2);
    await Promise.resolve();
    expect(store.get().problem?.message).toBe("The viewer failed: no canvas");
  });

  test("one that ends another during a change is obeyed", () => {
    const heard = vi.fn();
    let end = (): void => undefined;
    store.on(["time"], (s) => {
      if (s.time > 0) end();
    });
    end = store.on(["time"], heard);
    store.set({ time: 1 });
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

test("an error with words of its own is shown in them, another as a fault of the viewer", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  report(new Trouble({ message: "It is gone.", todo: "Fetch it." }));
  expect(store.get().problem).toEqual({ message: "It is gone.", todo: "Fetch it." });
  expect(console.error).not.toHaveBeenCalled();
  report(new TypeError("x is undefined"));
  expect(store.get().problem?.message).toBe("The viewer failed: x is undefined");
  actions.closeProblem();
  expect(store.get().problem).toBeNull();
});

describe("time", () => {
  const events = [event({ t: 10 }), event({ t: 20 }), event({ t: 20 }), event({ t: 70 })];
  beforeEach(() => store.set({ replay: replay("r", { events }) }));

  test("stays within the replay", () => {
    actions.seek(-5);
    expect(store.get().time).toBe(0);
    actions.seek(1e9);
    expect(store.get().time).toBe(100);
  });

  test("play at the end begins again; a step stops playing", () => {
    actions.seek(100);
    actions.play();
    expect(store.get()).toMatchObject({ time: 0, playing: true });
    actions.step(0.1);
    actions.step(0.2);
    expect(store.get()).toMatchObject({ time: 0.3, playing: false }); // hundredths, no sums of rounding
    actions.toggle();
    expect(store.get().playing).toBe(true);
    actions.toggle();
    expect(store.get().playing).toBe(false);
  });

  test("goes from event to event, and back the same way", () => {
    const stops: number[] = [];
    for (let k = 0; k < 4; k++) {
      actions.nextEvent();
      stops.push(store.get().time);
    }
    expect(stops).toEqual([10, 20, 70, 70]);
    for (let k = 0; k < 3; k++) {
      actions.previousEvent();
      stops.push(store.get().time);
    }
    expect(stops.slice(4)).toEqual([20, 10, 10]);
  });

  test("nothing plays without a replay", () => {
    store.set({ replay: null });
    actions.play();
    actions.nextEvent();
    expect(store.get()).toMatchObject({ playing: false, time: 0 });
  });
});

test("speeds go up and down one by one and end at both ends; one between goes to a neighbor", () => {
  store.set({ speed: SPEEDS[0] });
  const up = SPEEDS.map(() => {
    actions.faster(1);
    return store.get().speed;
  });
  expect(up).toEqual([...SPEEDS.slice(1), SPEEDS.at(-1)]);
  const down = SPEEDS.map(() => {
    actions.faster(-1);
    return store.get().speed;
  });
  expect(down).toEqual([...SPEEDS.slice(0, -1).reverse(), SPEEDS[0]]);
  store.set({ speed: 1000 });
  actions.faster(-1);
  expect(store.get().speed).toBeLessThanOrEqual(60);
});

test("layers are a new set each time, so that listeners hear of it; twice is as before", () => {
  const before = store.get().layers;
  const names = [...before];
  actions.toggleLayer("relief");
  expect(store.get().layers).not.toBe(before);
  expect([...before]).toEqual(names);
  expect(store.get().layers.has("relief")).toBe(false);
  actions.toggleLayer("relief");
  expect([...store.get().layers].sort()).toEqual([...names].sort());
});

test("leaving the replay's page stops it; a one-file replay has no page that needs a server", () => {
  store.set({ playing: true });
  actions.showPage("compare");
  expect(store.get()).toMatchObject({ page: "compare", playing: false });
  served.embedded = true;
  actions.showPage("replay");
  actions.showPage("whatif");
  expect(store.get().page).toBe("replay");
});

describe("opening a run", () => {
  test("shows its first replication with the first unit and a search radar chosen", async () => {
    const radars = [
      { row: 4, role: "engagement" },
      { row: 7, role: "search" },
    ];
    const opened = replay("r0", { units: [{ row: 3 }], radars });
    served.summary.mockResolvedValue(run("a"));
    served.replay.mockResolvedValue(opened);
    await actions.openRun("a");
    expect(store.get()).toMatchObject({ replay: opened, backdrop: opened, unit: 3, radar: 7, flight: null, busy: "" });
    expect(served.replay).toHaveBeenCalledWith("a", 0);
    expect(served.backdrop).not.toHaveBeenCalled();
  });

  test("the answer to an older request is dropped, whichever comes last", async () => {
    const [slow, fast] = [promised<RunSummary>(), promised<RunSummary>()];
    served.summary.mockImplementation((id: string) => (id === "slow" ? slow.promise : fast.promise));
    served.replay.mockImplementation((id: string) => Promise.resolve(replay(`of ${id}`)));
    const first = actions.openRun("slow");
    const second = actions.openRun("fast");
    fast.keep(run("fast"));
    await second;
    slow.keep(run("slow"));
    await first;
    expect(store.get().run?.id).toBe("fast");
    expect(store.get().replay?.header.title).toBe("of fast");
  });

  test("a replay asked for early is not asked for twice; a long run's is not asked for early", async () => {
    store.set({ runs: [run("a"), run("long", 1_000_000)] as unknown as RunCard[] });
    const summary = promised<RunSummary>();
    served.summary.mockReturnValue(summary.promise);
    served.replay.mockResolvedValue(replay("r"));
    const opening = actions.openRun("a", 2);
    expect(served.replay.mock.calls).toEqual([["a", 2]]);
    summary.keep(run("a"));
    await opening;
    expect(served.replay).toHaveBeenCalledTimes(1);
    served.replay.mockClear();
    served.summary.mockReturnValue(new Promise(() => undefined));
    void actions.openRun("long");
    expect(served.replay).not.toHaveBeenCalled();
  });

  test("a refusal is shown in its own words and what was open stays", async () => {
    const opened = replay("kept");
    store.set({ run: run("kept"), replay: opened });
    served.summary.mockRejectedValue(new Trouble({ message: "No such run.", todo: "Reload." }));
    await actions.openRun("gone");
    expect(store.get()).toMatchObject({
      run: { id: "kept" },
      replay: opened,
      problem: { message: "No such run." },
      busy: "",
    });
  });

  test("coverage and relief that come later go into the same replay, unless another was opened meanwhile", async () => {
    const late = replay("late", { backdrop: false, coverage: [] });
    const behind = promised<object>();
    store.set({ run: run("a") });
    served.replay.mockResolvedValue(late);
    served.backdrop.mockReturnValue(behind.promise);
    const opening = actions.openReplay(0);
    await vi.waitFor(() => expect(store.get().replay).toBe(late));
    expect(store.get().backdrop).toBeNull();
    behind.keep({ coverage: ["layer"], relief: null });
    await opening;
    expect(store.get().backdrop).toBe(late);
    expect(late.header.coverage).toEqual(["layer"]);

    const stale = replay("stale", { backdrop: false, coverage: [] });
    const never = promised<object>();
    served.replay.mockResolvedValue(stale);
    served.backdrop.mockReturnValue(never.promise);
    const again = actions.openReplay(1);
    await vi.waitFor(() => expect(store.get().replay).toBe(stale));
    store.set({ replay: replay("other") });
    never.keep({ coverage: ["layer"], relief: null });
    await again;
    expect(stale.header.coverage).toEqual([]);
    expect(store.get().backdrop).toBe(late);
  });
});

test("the keys of the help are bound once each, and every one says what it does", async () => {
  const { KEYS } = await import("../src/ui/keys");
  const global = KEYS.filter((k) => k.group !== "Map" && k.group !== "Lists").map((k) => k.keys);
  expect(new Set(global).size).toBe(global.length);
  expect(KEYS.every((k) => k.does.trim() !== "")).toBe(true);
});
