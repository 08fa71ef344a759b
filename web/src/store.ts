// What the page knows and shows: one state, set in parts; whoever shows a part of it listens to that part.

import type { Problem, RunCard, RunSummary } from "./contract";
import type { Replay } from "./decode";
import { source } from "./source";
import { Trouble } from "./trouble";

export type Page = "replay" | "dashboard" | "compare" | "whatif";
export type Tab = "lanes" | "whynot" | "log" | "scope" | "height";

export interface State {
  run: RunSummary | null; // the run shown
  runs: RunCard[];
  replay: Replay | null; // the replication shown, unpacked
  backdrop: Replay | null; // the replay whose coverage and relief have come too
  time: number; // s into the replay
  playing: boolean;
  speed: number; // seconds of the replay a second, 0.5 .. 60
  flight: number | null; // chosen rows (of flights, fire units, radars; not indices into header.movers)
  unit: number | null;
  radar: number | null;
  world: "truth" | "belief";
  units: "metric" | "aviation";
  theme: "light" | "dark" | "auto";
  page: Page;
  tab: Tab; // of the right column
  layers: Set<string>; // what the map shows; replace the set, never change it in place
  problem: Problem | null; // shown in a bar until closed
  busy: string; // what is being waited for, "" nothing
  help: boolean; // the keyboard map is open
}

const DEFAULT_LAYERS = ["relief", "borders", "towns", "labels", "areas", "trails", "sectors", "strobes", "assignments"];

let state: State = {
  run: null,
  runs: [],
  replay: null,
  backdrop: null,
  time: 0,
  playing: false,
  speed: 10,
  flight: null,
  unit: null,
  radar: null,
  world: "truth",
  units: "metric",
  theme: "auto",
  page: "replay",
  tab: "lanes",
  layers: new Set(DEFAULT_LAYERS),
  problem: null,
  busy: "",
  help: false,
};

interface Listener {
  keys: (keyof State)[];
  call: (s: State) => void;
}
const listeners = new Set<Listener>();

export const store = {
  get(): State {
    return state;
  },

  /** Set some parts; listeners of parts that really changed are called at once, in the order they came. */
  set(part: Partial<State>): void {
    const changed = (Object.keys(part) as (keyof State)[]).filter((k) => part[k] !== state[k]);
    if (!changed.length) return;
    state = { ...state, ...part };
    for (const l of [...listeners]) {
      if (!listeners.has(l) || !l.keys.some((k) => changed.includes(k))) continue;
      try {
        l.call(state);
      } catch (error) {
        queueMicrotask(() => report(error)); // a view that fails does not keep the others from the news
      }
    }
  },

  /** Call `f` now and whenever one of `keys` changes; gives back what ends it. */
  on(keys: (keyof State)[], f: (s: State) => void): () => void {
    const l: Listener = { keys, call: f };
    listeners.add(l);
    f(state);
    return () => {
      listeners.delete(l);
    };
  },
};

/** Show an error in the page and stay alive; what is no word of the server is a fault of the viewer and says so. */
export function report(error: unknown): void {
  if (error instanceof Trouble) store.set({ problem: error.problem, busy: "" });
  else {
    console.error(error);
    const why = error instanceof Error ? error.message : String(error);
    store.set({
      problem: { message: `The viewer failed: ${why}`, todo: "Reload the page; report it if it stays." },
      busy: "",
    });
  }
}

const LARGE_RUN = 20_000; // replications: a longer run is opened for its figures first
let latestRequest = 0; // the newest request: an answer to an older one is dropped

async function whileBusy<T>(what: string, work: () => Promise<T>): Promise<T | null> {
  store.set({ busy: what });
  try {
    return await work();
  } catch (error) {
    report(error);
    return null;
  } finally {
    if (store.get().busy === what) store.set({ busy: "" });
  }
}

const clamp = (t: number, low: number, high: number): number => Math.min(Math.max(t, low), high);
const duration = (): number => state.replay?.header.duration ?? 0;

export const actions = {
  async loadRuns(): Promise<void> {
    const runs = await whileBusy("the runs", () => source.runs());
    if (runs) store.set({ runs });
  },

  /** Open a run's dashboard figures; `replication` opens that replay too (null: the first recorded). */
  async openRun(id: string, replication: number | null = null): Promise<void> {
    const mine = ++latestRequest;
    const card = state.runs.find((r) => r.id === id);
    // The replay is asked for while the run is summed up.
    const early = card && card.replications <= LARGE_RUN ? source.replay(id, replication ?? 0) : null;
    early?.catch(() => undefined); // who waits for it is told
    const run = await whileBusy("the run", () => source.summary(id));
    if (!run || mine !== latestRequest) return;
    store.set({ run, replay: null, backdrop: null, time: 0, playing: false, flight: null, unit: null, radar: null });
    await actions.openReplay(replication ?? 0, early);
  },

  /** `early`: the same replay, if it was asked for already. */
  async openReplay(replication: number, early: Promise<Replay> | null = null): Promise<void> {
    const { run } = store.get();
    if (!run) return;
    const mine = ++latestRequest;
    const replay = await whileBusy(`replication ${replication}`, () => early ?? source.replay(run.id, replication));
    if (!replay || mine !== latestRequest) return;
    const { units, radars } = replay.header;
    const search = radars.find((r) => r.role === "search") ?? radars[0];
    store.set({
      replay,
      time: 0,
      playing: false,
      flight: null,
      unit: units[0]?.row ?? null,
      radar: search?.row ?? null,
    });
    if (!replay.header.backdrop) {
      const behind = await whileBusy("relief and coverage", () => source.backdrop(run.id, replication));
      if (!behind || store.get().replay !== replay) return;
      replay.header.coverage = behind.coverage;
      replay.relief = behind.relief;
    }
    store.set({ backdrop: replay });
  },

  seek(t: number): void {
    store.set({ time: clamp(t, 0, duration()) });
  },
  play(): void {
    if (!state.replay) return;
    store.set(state.time >= duration() ? { time: 0, playing: true } : { playing: true });
  },
  pause(): void {
    store.set({ playing: false });
  },
  toggle(): void {
    if (state.playing) actions.pause();
    else actions.play();
  },
  /** Step by `n` seconds of the replay. */
  step(n: number): void {
    store.set({ playing: false });
    actions.seek(Math.round((state.time + n) * 100) / 100);
  },
  faster(n: 1 | -1): void {
    const k = SPEEDS.findIndex((s) => s >= state.speed);
    store.set({ speed: SPEEDS[clamp((k < 0 ? SPEEDS.length - 1 : k) + n, 0, SPEEDS.length - 1)] });
  },
  nextEvent(): void {
    const next = state.replay?.header.events.find((e) => e.t > state.time + 0.005);
    if (next) {
      store.set({ playing: false });
      actions.seek(next.t);
    }
  },
  previousEvent(): void {
    const before = state.replay?.header.events.filter((e) => e.t < state.time - 0.005);
    if (before?.length) {
      store.set({ playing: false });
      actions.seek(before[before.length - 1].t);
    }
  },
  selectFlight(row: number | null): void {
    store.set({ flight: row });
  },
  selectUnit(row: number | null): void {
    store.set({ unit: row });
  },
  selectRadar(row: number | null): void {
    store.set({ radar: row });
  },
  showPage(page: Page): void {
    if (source.embedded && (page === "compare" || page === "whatif")) return; // a one-file replay has no server to ask
    store.set({ page, ...(page === "replay" ? {} : { playing: false }) });
  },
  showTab(tab: Tab): void {
    store.set({ tab });
  },
  toggleLayer(name: string): void {
    const layers = new Set(state.layers);
    if (!layers.delete(name)) layers.add(name);
    store.set({ layers });
  },
  toggleWorld(): void {
    store.set({ world: state.world === "truth" ? "belief" : "truth" });
  },
  toggleUnits(): void {
    store.set({ units: state.units === "metric" ? "aviation" : "metric" });
  },
  setTheme(theme: State["theme"]): void {
    store.set({ theme });
  },
  closeProblem(): void {
    store.set({ problem: null });
  },
};

export const SPEEDS = [0.5, 1, 2, 5, 10, 20, 30, 60];
