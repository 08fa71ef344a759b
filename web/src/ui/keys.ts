// The keyboard: every key once, with what it does; the help shows this list.

import { actions, type Page, store, type Tab } from "../store";

export interface Key {
  keys: string;
  does: string;
  group: "Time" | "Pages and panels" | "View" | "Map" | "Lists";
}

interface Bound extends Key {
  match: (e: KeyboardEvent) => boolean;
  act: () => void;
}

const PAGES: [string, Page, string][] = [
  ["r", "replay", "Replay"],
  ["d", "dashboard", "Dashboard"],
  ["c", "compare", "Compare"],
  ["w", "whatif", "What if"],
];
const TABS: [string, Tab, string][] = [
  ["1", "lanes", "Kill chain"],
  ["2", "whynot", "Why not"],
  ["3", "log", "Log"],
  ["4", "scope", "Scope"],
  ["5", "height", "Height view"],
];

const is =
  (key: string) =>
  (e: KeyboardEvent): boolean =>
    e.key === key;
const bound: Bound[] = [];
const bind = (group: Key["group"], keys: string, does: string, match: Bound["match"], act: () => void): void => {
  bound.push({ group, keys, does, match, act });
};
const jump = (n: number) => (): void => actions.step(n);

bind("Time", "Space", "Play or pause", is(" "), () => actions.toggle());
bind("Time", ".", "One second on", is("."), jump(1));
bind("Time", ",", "One second back", is(","), jump(-1));
bind("Time", ">", "Ten seconds on", is(">"), jump(10));
bind("Time", "<", "Ten seconds back", is("<"), jump(-10));
bind("Time", "n", "Next event", is("n"), () => actions.nextEvent());
bind("Time", "p", "Previous event", is("p"), () => actions.previousEvent());
bind("Time", "]", "Faster", is("]"), () => actions.faster(1));
bind("Time", "[", "Slower", is("["), () => actions.faster(-1));
bind("Time", "0", "Back to the start", is("0"), () => actions.seek(0));
for (const [key, page, name] of PAGES) bind("Pages and panels", key, name, is(key), () => actions.showPage(page));
for (const [key, tab, name] of TABS) {
  bind("Pages and panels", key, name, is(key), () => {
    actions.showPage("replay");
    actions.showTab(tab);
  });
}
bind("View", "b", "Truth or what the posts believe", is("b"), () => actions.toggleWorld());
bind("View", "u", "Metric or aviation units", is("u"), () => actions.toggleUnits());
bind("View", "?", "This list", is("?"), () => store.set({ help: !store.get().help }));
bind("View", "Esc", "Close what is open, choose no flight", is("Escape"), () => {
  const s = store.get();
  if (s.help) store.set({ help: false });
  else if (s.problem) actions.closeProblem();
  else actions.selectFlight(null);
});

const otherKeys: Key[] = [
  { group: "Map", keys: "Arrows", does: "Move the map (when it has the focus)" },
  { group: "Map", keys: "+ −", does: "Nearer, farther (when the map has the focus)" },
  { group: "Map", keys: "f", does: "The whole of it" },
  { group: "Map", keys: "m", does: "Measure: set points with Enter or a click, Esc ends" },
  { group: "Map", keys: "Enter", does: "Choose what is under the cross in the middle (when the map has the focus)" },
  { group: "Lists", keys: "Arrows, Home, End", does: "Move in a list or between tabs" },
  { group: "Lists", keys: "Enter", does: "Choose, and jump to its time" },
];

/** Every key of the viewer, for the help. */
export const KEYS: readonly Key[] = [...bound.map(({ keys, does, group }) => ({ keys, does, group })), ...otherKeys];

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

function ignored(e: KeyboardEvent): boolean {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || !(e.target instanceof HTMLElement)) return true;
  const { tagName, isContentEditable } = e.target;
  if (e.key === "Escape") return false;
  if (tagName === "INPUT" && (e.target as HTMLInputElement).type === "checkbox") return e.key === " ";
  if (tagName === "INPUT" && (e.target as HTMLInputElement).type === "range") return e.key === "0";
  if (TYPING.has(tagName) || isContentEditable) return true;
  return e.key === " " && e.target.closest("button, a, summary, [role=option], [role=tab], [role=button]") !== null;
}

export function listenToKeys(): void {
  document.addEventListener("keydown", (e) => {
    if (ignored(e)) return;
    const key = bound.find((b) => b.match(e));
    if (!key) return;
    e.preventDefault();
    key.act();
  });
}

/** Arrow keys move among `items()` of a group with one tab stop (roving tabindex). */
export function rovingFocus(
  group: HTMLElement,
  items: () => HTMLElement[],
  choose?: (item: HTMLElement) => void,
): void {
  group.addEventListener("keydown", (e) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: all.length - 1,
    };
    const to = moves[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = all[(to + all.length) % all.length];
    for (const item of all) item.tabIndex = item === next ? 0 : -1;
    next.focus();
    choose?.(next);
  });
}
