// Zones, corridors and airways, and the messages between parties, as data: what holds when, and who knew of it.

import type { Area, ReplayEvent, ReplayHeader } from "./contract";
import { clock } from "./ui/units";

export const AREA_WORDS: Record<Area["kind"], string> = {
  "no fire": "No-fire zone",
  "free fire": "Free-fire zone",
  notified: "Notified block",
  corridor: "Corridor",
  airway: "Airway",
};

/** Does it hold at `t` s? */
export const inForce = (a: Area, t: number): boolean => a.from <= t && (a.to === null || t < a.to);

/** How many posts know of a zone at `t` s, of how many; null where nobody has to be told. */
export function knownAt(a: Area, t: number): { known: number; all: number } | null {
  if (!a.heard || !a.unheard) return null;
  return { known: a.heard.filter(([, at]) => at <= t).length, all: a.heard.length + a.unheard.length };
}

/** What there is to say of a zone at `t` s: not yet in force, over, known to how many; "" for nothing. */
export function stateWords(a: Area, t: number): string {
  if (t < a.from) return `from ${clock(a.from)}`;
  if (!inForce(a, t)) return "over";
  const k = knownAt(a, t);
  if (!k || k.known === k.all) return "";
  return k.known ? `known to ${k.known} of ${k.all} posts` : "not known to any post";
}

/** A message over a hotline: when it is sent, which post hears of it when, and who never does. */
export interface Message {
  name: string;
  party: string;
  over: string[];
  sent: number;
  first: number | null; // s, the first to hear
  heard: [string, number][];
  unheard: string[];
}

/** The messages of a replication in order of sending. */
export function messagesOf(header: Pick<ReplayHeader, "areas">): Message[] {
  return (header.areas ?? [])
    .flatMap((a): Message[] => {
      if (a.sent === undefined) return [];
      const heard = a.heard ?? [];
      return [
        {
          name: a.name,
          party: a.party ?? "",
          over: a.over ?? [],
          sent: a.sent,
          first: heard.length ? Math.min(...heard.map(([, t]) => t)) : null,
          heard,
          unheard: a.unheard ?? [],
        },
      ];
    })
    .sort((a, b) => a.sent - b.sent);
}

/** First shots at flights that are not hostile. */
export const mistakesOf = (events: readonly ReplayEvent[]): ReplayEvent[] =>
  events.filter((e) => e.kind === "misidentified");

/** Are there flights that nobody should shoot at? */
export const hasOthers = (header: Pick<ReplayHeader, "movers">): boolean =>
  header.movers.some((m) => m.kind === "flight" && m.side !== "hostile" && m.side !== "");
