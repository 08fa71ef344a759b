// Charts for a run's figures: bars, columns, bands over time, dots with whiskers.  Each stands in a card with a switch
// to the same numbers as a table; what can be opened is a button.  Colors and hatches are classes of panels.css.

import { h, name, replace, s, truncate } from "./dom";
import { number } from "./format";
import { rovingFocus } from "./keys";
import { step, timeStep } from "./scale";

export interface CardOptions {
  title: string;
  caption?: string; // what is to be known to read it
  body: HTMLElement;
  numbers: () => HTMLElement; // the same as a table
  wide?: boolean;
}

/** A chart with its title, its caption and the switch to its numbers. */
export function card(o: CardOptions): HTMLElement {
  const place = h("div", { class: "card-body" }, o.body);
  const toggle = h("button", { type: "button", class: "plain small", "aria-pressed": "false" }, "As a table");
  toggle.setAttribute("aria-label", `${o.title}: as a table`);
  toggle.addEventListener("click", () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(on));
    toggle.textContent = on ? "As a chart" : "As a table";
    toggle.setAttribute("aria-label", `${o.title}: ${on ? "as a chart" : "as a table"}`);
    replace(place, on ? o.numbers() : o.body);
  });
  return h(
    "section",
    { class: o.wide ? "card wide" : "card" },
    h("div", { class: "card-head" }, h("h2", null, o.title), toggle),
    place,
    o.caption ? h("p", { class: "said-below" }, o.caption) : null,
  );
}

/** One bar: `open` is what happens when it is chosen (null: nothing). */
export interface BarRow {
  label: string;
  tick?: string; // what stands below a standing bar, if not the label
  value: number;
  low: number | null;
  high: number | null;
  shown: string;
  fillClass: string; // class of its fill
  open: (() => void) | null;
  opens: string; // what choosing it does, in words
}

const part = (value: number, most: number): string => `${(100 * Math.min(Math.max(value / most, 0), 1)).toFixed(2)}%`;

function pressable(row: BarRow, className: string, ...children: Node[]): HTMLElement {
  const label = `${truncate(row.label, 200)}: ${row.shown}`;
  if (!row.open) return h("div", { class: className, role: "img", "aria-label": label, title: label }, ...children);
  for (const drawn of children) if (drawn instanceof Element) drawn.setAttribute("aria-hidden", "true");
  return h(
    "button",
    { type: "button", class: className, onclick: row.open, title: `${label}\n${row.opens}` },
    h("span", { class: "sr" }, `${label}. ${row.opens}`),
    ...children,
  );
}

function whisker(row: BarRow, most: number, upright: boolean): Node | null {
  if (row.low === null || row.high === null || row.high <= row.low) return null;
  const line = h("span", { class: upright ? "whisker up" : "whisker" });
  const from = part(row.low, most);
  const length = part(row.high - row.low, most);
  if (upright) {
    line.style.bottom = from;
    line.style.height = length;
  } else {
    line.style.left = from;
    line.style.width = length;
  }
  return line;
}

/** One tab stop for a group of bars. */
function oneTabStop(group: HTMLElement): void {
  const items = (): HTMLElement[] => [...group.querySelectorAll<HTMLElement>("button")];
  items().forEach((b, i) => {
    b.tabIndex = i ? -1 : 0;
  });
  rovingFocus(group, items);
}

/** Lying bars with names on the left and values on the right. */
export function bars(label: string, rows: readonly BarRow[], most = 0): HTMLElement {
  const top = most || Math.max(1e-12, ...rows.map((r) => Math.max(r.value, r.high ?? 0)));
  const list = h("div", { class: "bars", role: "group", "aria-label": label });
  for (const row of rows) {
    const fill = h("span", { class: `fill ${row.fillClass}` });
    fill.style.width = part(row.value, top);
    const track = h("span", { class: "bar-track" }, fill);
    const line = whisker(row, top, false);
    if (line) track.append(line);
    list.append(
      pressable(
        row,
        "bar",
        h("span", { class: "bar-name" }, name(row.label, 60)),
        track,
        h("span", { class: "bar-value" }, row.shown),
      ),
    );
  }
  oneTabStop(list);
  return list;
}

const MIN_CHART_WIDTH = 420; // px that a distribution has at least, mostly

/** Standing bars over a common base: a distribution. */
export function columns(label: string, rows: readonly BarRow[], across: string, up: string): HTMLElement {
  const top = Math.max(1e-12, ...rows.map((r) => Math.max(r.value, r.high ?? 0))) * 1.12;
  const dense = rows.length > 14;
  const widest = Math.max(1, ...rows.map((r) => (r.tick ?? r.label).length));
  // Of so many bars one has a label.
  const each = Math.max(1, Math.ceil((rows.length * (7.5 * widest + 12)) / MIN_CHART_WIDTH));
  const field = h("div", { class: dense ? "columns dense" : "columns", role: "group", "aria-label": label });
  const below = h("div", { class: "columns-below", "aria-hidden": "true" });
  rows.forEach((row, i) => {
    const fill = h("span", { class: `fill ${row.fillClass}` });
    fill.style.height = part(row.value, top);
    const inner = h("span", { class: "column-inner" }, fill);
    const line = whisker(row, top, true);
    if (line) inner.append(line);
    if (!dense && row.value > 0) {
      const value = h("span", { class: "column-value" }, row.shown.replace(/ %$/, ""));
      value.style.bottom = part(Math.max(row.value, row.high ?? 0), top);
      inner.append(value);
    }
    field.append(pressable(row, "column-bar", inner));
    below.append(h("span", null, i % each === 0 ? (row.tick ?? row.label) : ""));
  });
  oneTabStop(field);
  return h(
    "div",
    { class: "columns-place" },
    h("span", { class: "axis-up" }, up),
    field,
    below,
    h("span", { class: "axis-across" }, across),
  );
}

export interface StackRow {
  label: string;
  parts: { label: string; value: number; shown: string; fillClass: string; open: (() => void) | null; opens: string }[];
  shown: string;
}

/** Lying bars of parts that add up to a whole each. */
export function stacks(label: string, rows: readonly StackRow[]): HTMLElement {
  const list = h("div", { class: "bars", role: "group", "aria-label": label });
  for (const row of rows) {
    const whole = row.parts.reduce((sum, p) => sum + p.value, 0) || 1;
    const track = h("span", { class: "bar-track stack" });
    for (const p of row.parts) {
      if (p.value <= 0) continue;
      const piece = pressable(
        { ...p, label: `${row.label}, ${p.label}`, low: null, high: null },
        `piece ${p.fillClass}`,
      );
      piece.style.width = part(p.value, whole);
      track.append(piece);
    }
    list.append(
      h(
        "div",
        { class: "bar" },
        h("span", { class: "bar-name" }, name(row.label, 60)),
        track,
        h("span", { class: "bar-value" }, row.shown),
      ),
    );
  }
  oneTabStop(list);
  return list;
}

export function legend(items: readonly { label: string; fillClass: string }[]): HTMLElement {
  return h(
    "ul",
    { class: "key-list" },
    ...items.map((i) => h("li", null, h("span", { class: `swatch ${i.fillClass}` }), name(i.label, 60))),
  );
}

export interface Band {
  name: string;
  unit: string;
  t: readonly number[];
  low: readonly number[];
  middle: readonly number[];
  high: readonly number[];
}

const MARGIN_LEFT = 44;
const MARGIN_RIGHT = 20;
const MARGIN_TOP = 10;
const MARGIN_BOTTOM = 26;
const BAND_HEIGHT = 190;

const minutes = (t: number): string => `${Math.floor(t / 60)}:${String(Math.round(t % 60)).padStart(2, "0")}`;

const line = (x: readonly number[], y: readonly number[]): string => {
  let d = "";
  for (let i = 0; i < x.length; i++) d += `${i ? "L" : "M"}${x[i].toFixed(1)} ${y[i].toFixed(1)}`;
  return d;
};

/** The median and the band about it over time; arrows or the pointer read values off. */
export function band(o: Band): HTMLElement {
  const out = h("p", { class: "readout", "aria-live": "polite" });
  const place = h("div", {
    class: "band",
    tabindex: 0,
    role: "group",
    "aria-roledescription": "chart",
    "aria-label": `${truncate(o.name, 80)} over time: median, and 10 to 90 % of replications. Arrow keys read it.`,
  });
  const state = { at: -1, wide: 0 };
  const n = o.t.length;
  const longest = n ? o.t[n - 1] : 1;
  const top = Math.max(1e-9, ...o.high) * 1.06;
  const x = (t: number): number => MARGIN_LEFT + (t / (longest || 1)) * (state.wide - MARGIN_LEFT - MARGIN_RIGHT);
  const y = (v: number): number => MARGIN_TOP + (1 - v / top) * (BAND_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM);
  const cross = s("line", { class: "band-cross", y1: MARGIN_TOP, y2: BAND_HEIGHT - MARGIN_BOTTOM });
  const read = (i: number): void => {
    state.at = Math.max(0, Math.min(i, n - 1));
    const k = state.at;
    if (!n) return;
    cross.setAttribute("x1", String(x(o.t[k])));
    cross.setAttribute("x2", String(x(o.t[k])));
    cross.classList.add("on");
    const interval = `${number(o.low[k])} to ${number(o.high[k])}`;
    out.textContent = `T+${minutes(o.t[k])}: ${number(o.middle[k])} ${o.unit} (${interval})`;
  };
  const draw = (): void => {
    const wide = Math.floor(place.clientWidth);
    if (!wide || wide === state.wide) return;
    state.wide = wide;
    replace(place, bandPicture(o, { wide, longest, top, x, y }, cross));
    if (state.at >= 0) read(state.at);
  };
  const nearest = (e: MouseEvent): number => {
    const t =
      ((e.clientX - place.getBoundingClientRect().left - MARGIN_LEFT) /
        Math.max(1, state.wide - MARGIN_LEFT - MARGIN_RIGHT)) *
      longest;
    const after = o.t.findIndex((v) => v >= t);
    return after < 0 ? n - 1 : after > 0 && t - o.t[after - 1] < o.t[after] - t ? after - 1 : after;
  };
  place.addEventListener("pointermove", (e) => read(nearest(e)));
  place.addEventListener("keydown", (e) => {
    const moves: Record<string, number> = { ArrowRight: state.at + 1, ArrowLeft: state.at - 1, Home: 0, End: n - 1 };
    if (!(e.key in moves)) return;
    e.preventDefault();
    read(moves[e.key]);
  });
  new ResizeObserver(draw).observe(place);
  return h("div", { class: "band-place" }, place, out);
}

interface Frame {
  wide: number;
  longest: number;
  top: number;
  x: (t: number) => number;
  y: (v: number) => number;
}

function bandPicture(o: Band, f: Frame, cross: SVGElement): SVGElement {
  const xs = o.t.map(f.x);
  const edge = line([...xs, ...[...xs].reverse()], [...o.high.map(f.y), ...[...o.low].reverse().map(f.y)]);
  const parts: Node[] = [];
  const up = step(f.top, 4);
  for (let v = 0; v <= f.top; v += up) {
    parts.push(
      s("line", { class: "band-grid", x1: MARGIN_LEFT, x2: f.wide - MARGIN_RIGHT, y1: f.y(v), y2: f.y(v) }),
      s("text", { class: "band-tick", x: MARGIN_LEFT - 6, y: f.y(v) + 4, "text-anchor": "end" }, number(v)),
    );
  }
  const across = timeStep(f.longest, Math.max(2, f.wide / 70));
  for (let t = 0; t <= f.longest + 1e-6; t += across) {
    parts.push(s("text", { class: "band-tick", x: f.x(t), y: BAND_HEIGHT - 8, "text-anchor": "middle" }, minutes(t)));
  }
  if (o.t.length)
    parts.push(
      s("path", { class: "band-fill", d: `${edge}Z` }),
      s("path", { class: "band-line", d: line(xs, o.middle.map(f.y)) }),
    );
  return s("svg", { width: f.wide, height: BAND_HEIGHT, "aria-hidden": "true" }, ...parts, cross);
}

export interface DotRow {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  shown: string;
  dotClass?: string;
}

/** Dots with whiskers about zero on one scale, its ticks below. */
export function dots(label: string, rows: readonly DotRow[], tick: (v: number) => string): HTMLElement {
  const far = Math.max(1e-12, ...rows.flatMap((r) => [r.value, r.low, r.high].map((v) => Math.abs(v ?? 0)))) * 1.1;
  const at = (v: number): string => `${(50 + 50 * Math.min(Math.max(v / far, -1), 1)).toFixed(2)}%`;
  const list = h("div", { class: "bars dots", role: "group", "aria-label": label });
  for (const row of rows) {
    const track = h("span", { class: "bar-track axis" }, h("span", { class: "zero" }));
    if (row.low !== null && row.high !== null) {
      const w = h("span", { class: "whisker" });
      w.style.left = at(row.low);
      w.style.width = `${(50 * Math.min(Math.max(0, row.high - row.low) / far, 2)).toFixed(2)}%`;
      track.append(w);
    }
    if (row.value !== null) {
      const dot = h("span", { class: `dot ${row.dotClass ?? ""}` });
      dot.style.left = at(row.value);
      track.append(dot);
    }
    const description = `${truncate(row.label, 200)}: ${row.shown}`;
    list.append(
      h(
        "div",
        { class: "bar", role: "img", "aria-label": description, title: description },
        h("span", { class: "bar-name" }, name(row.label, 60)),
        track,
        h("span", { class: "bar-value" }, row.shown),
      ),
    );
  }
  const unit = step(far, 2.5);
  const ticks = h("span", { class: "bar-track bar-ticks" });
  for (const k of [-2, -1, 0, 1, 2]) {
    if (Math.abs(k * unit) > far) continue;
    const mark = h("span", null, tick(k * unit));
    mark.style.left = at(k * unit);
    ticks.append(mark);
  }
  list.append(
    h(
      "div",
      { class: "bar", "aria-hidden": "true" },
      h("span", { class: "bar-name" }),
      ticks,
      h("span", { class: "bar-value" }),
    ),
  );
  return list;
}
