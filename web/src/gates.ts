// Which gate kept a fire unit from shooting at a flight, and when.

import type { GateKind } from "./contract";
import type { Replay } from "./decode";

/** One stretch during which one reason held: s from the start. */
export interface Spell {
  unit: number;
  from: number;
  to: number;
  text: string;
  kind: GateKind | "other"; // other: no reason is recorded
}

/** The spells of a flight by unit, each in order of time. */
export function spellsOf(replay: Pick<Replay, "gates" | "header">, flight: number): Map<number, Spell[]> {
  const { gates: g, header } = replay;
  const found = new Map<number, Spell[]>();
  for (let i = 0; i < g.count; i++) {
    if (g.flight[i] !== flight) continue;
    const text = header.texts[g.text[i]] ?? "";
    const kind = header.textKinds[g.text[i]] ?? "other";
    const spell = { unit: g.unit[i], from: g.from[i] / 100, to: g.to[i] / 100, text, kind };
    const mine = found.get(spell.unit);
    if (mine) mine.push(spell);
    else found.set(spell.unit, [spell]);
  }
  for (const [unit, mine] of found) found.set(unit, joined(mine.sort((a, b) => a.from - b.from)));
  return found;
}

/** One spell for those that follow each other with the same words: only what the words leave out has changed. */
function joined(spells: readonly Spell[]): Spell[] {
  const out: Spell[] = [];
  for (const k of spells) {
    const last = out.at(-1);
    if (last && last.to === k.from && last.text === k.text) last.to = k.to;
    else out.push({ ...k });
  }
  return out;
}

/** The spell that holds at `t` s: its end is the next one's. */
export const spellAt = (spells: readonly Spell[] | undefined, t: number): Spell | undefined =>
  spells?.find((k) => k.from <= t && t < k.to);
