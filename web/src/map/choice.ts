// Which coverage the map shows, and whether it measures: matters of the map alone.

import type { Layer } from "../contract";
import type { Replay } from "../decode";
import type { Wedge } from "../scope/wedge";

export type Kind = "none" | "detection" | "emergent" | "published";

export const KINDS: readonly [Kind, string][] = [
  ["none", "None"],
  ["detection", "Radars: detection"],
  ["emergent", "Fire units: reach by flight and time"],
  ["published", "Fire units: within published limits"],
];

export interface Choice {
  kind: Kind;
  owner: number; // row, -1: all of them
  heights: Set<number>; // m
}

let choice: Choice = { kind: "emergent", owner: -1, heights: new Set() };
const listeners = new Set<() => void>();

export const coverage = {
  get(): Choice {
    return choice;
  },
  set(part: Partial<Choice>): void {
    choice = { ...choice, ...part };
    for (const f of listeners) f();
  },
  on(f: () => void): void {
    listeners.add(f);
  },
};

let aimed: Wedge | null = null;
const watchers = new Set<() => void>();

/** The bearing that the height view cuts along while it is open: the map shows it. */
export const aim = {
  get(): Wedge | null {
    return aimed;
  },
  set(next: Wedge | null): void {
    const same =
      aimed &&
      next &&
      aimed.azimuth === next.azimuth &&
      aimed.far === next.far &&
      aimed.spot[0] === next.spot[0] &&
      aimed.spot[1] === next.spot[1];
    if (same || aimed === next) return;
    aimed = next;
    for (const f of watchers) f();
  },
  on(f: () => void): void {
    watchers.add(f);
  },
};

export const isOf = (kind: Kind, layer: Layer): boolean =>
  kind === "detection" ? layer.kind === "detection" : layer.kind === "engagement" && layer.limits === kind;

/** Heights (m) of a kind's layers, low to high. */
export function heightsOf(replay: Replay, kind: Kind): number[] {
  return [...new Set(replay.header.coverage.filter((l) => isOf(kind, l)).map((l) => l.height))].sort((a, b) => a - b);
}

/** Owners (row, name) of a kind's layers. */
export function ownersOf(replay: Replay, kind: Kind): [number, string][] {
  return [...new Map(replay.header.coverage.filter((l) => isOf(kind, l)).map((l) => [l.owner, l.name])).entries()];
}

/** Layers chosen, with the place of their height among all heights (for its color). */
export function chosenLayers(replay: Replay): { layer: Layer; place: number }[] {
  if (choice.kind === "none") return [];
  const heights = heightsOf(replay, choice.kind);
  return replay.header.coverage
    .filter(
      (l) => isOf(choice.kind, l) && (choice.owner < 0 || l.owner === choice.owner) && choice.heights.has(l.height),
    )
    .map((layer) => ({ layer, place: heights.indexOf(layer.height) }));
}

/** Pick a first choice for a new replay: what there is, at two heights. */
export function firstChoice(replay: Replay): void {
  const kind = (["emergent", "detection"] as Kind[]).find((k) => ownersOf(replay, k).length) ?? "none";
  const heights = heightsOf(replay, kind);
  coverage.set({
    kind,
    owner: -1,
    heights: new Set([heights[0], heights[heights.length - 2] ?? heights[0]].filter((h) => h !== undefined)),
  });
}
