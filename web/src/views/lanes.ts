// The kill chain of the replication: a lane a flight, colored by the furthest stage reached, so that waits show.

import {
  killed,
  LANE_ORDERS,
  type LaneEvent,
  type LaneOrder,
  laneEvents,
  laneSentence,
  STAGES,
  stagesReached,
} from "../chain";
import type { LaneData } from "../contract";
import { actions, store } from "../store";
import { h, name, numberedEnd, replace, s, truncate } from "../ui/dom";
import { count, moment, plainWords, plural } from "../ui/format";
import { timeStep } from "../ui/scale";
import { List, type Row, table } from "../ui/table";
import { debounce } from "../ui/timing";
import { clock } from "../ui/units";

const ROW_HEIGHT = 24;
const NAME_WIDTH = 172; // px of the names
const RIGHT_PADDING = 10; // px after the last moment
const CLICK_RADIUS = 6; // px: a click this near to a mark means the mark
const SHORT_WINDOW = 820; // px of a window in which the legend starts folded
/** Ends of the lane: what marks it. */
function endMark(lane: LaneData, x: number): SVGElement | null {
  if (lane.ends === null) return null;
  const y = ROW_HEIGHT / 2;
  if (lane.leaked)
    return s("path", {
      class: "end leaked",
      d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}`,
    });
  if (killed(lane)) return s("circle", { class: "end killed", cx: x, cy: y, r: 4 });
  return s("path", { class: "end other", d: `M${x - 2} ${y - 4}L${x + 4} ${y}L${x - 2} ${y + 4}Z` });
}

function picture(lane: LaneData, born: number, wide: number, x: (t: number) => number, duration: number): SVGElement {
  const ends = Math.min(lane.ends ?? duration, duration);
  const y = ROW_HEIGHT / 2;
  const parts: (SVGElement | null)[] = [
    s("line", { class: "flown", x1: x(Math.min(born, ends)), x2: x(ends), y1: y, y2: y }),
  ];
  const reached = stagesReached(lane, ends);
  reached.forEach(([t, i], k) => {
    const until = k + 1 < reached.length ? reached[k + 1][0] : ends;
    parts.push(
      s("rect", { class: `stage s${i}`, x: x(t), y: y - 6, width: Math.max(0.5, x(until) - x(t)), height: 12 }),
    );
  });
  for (const t of lane.launches)
    parts.push(s("line", { class: "lane-shot", x1: x(t), x2: x(t), y1: 2, y2: ROW_HEIGHT - 2 }));
  for (const [t, hit] of lane.intercepts) {
    parts.push(
      hit
        ? s("circle", { class: "lane-hit", cx: x(t), cy: y, r: 2.5 })
        : s("path", {
            class: "lane-miss",
            d: `M${x(t) - 3} ${y - 3}L${x(t) + 3} ${y + 3}M${x(t) + 3} ${y - 3}L${x(t) - 3} ${y + 3}`,
          }),
    );
  }
  parts.push(endMark(lane, x(ends)));
  return s("svg", { class: "lane", width: wide, height: ROW_HEIGHT, "aria-hidden": "true" }, ...parts);
}

function legend(): HTMLElement {
  const stage = STAGES.map((k, i) => h("li", null, h("span", { class: `swatch stage s${i}` }), k.toUpperCase()));
  const sign = (draw: SVGElement, meaning: string): HTMLElement =>
    h("li", null, s("svg", { width: 12, height: 12, viewBox: "-6 -6 12 12", "aria-hidden": "true" }, draw), meaning);
  const list = h(
    "ul",
    { class: "key-list" },
    ...stage,
    sign(s("line", { class: "lane-shot", x1: 0, x2: 0, y1: -6, y2: 6 }), "launch"),
    sign(s("circle", { class: "lane-hit", r: 2.5 }), "kill"),
    sign(s("path", { class: "lane-miss", d: "M-3 -3L3 3M3 -3L-3 3" }), "miss"),
    sign(s("path", { class: "end leaked", d: "M-4 -4L4 4M4 -4L-4 4" }), "got through"),
  );
  return h(
    "details",
    { class: "lane-legend", open: innerHeight > SHORT_WINDOW },
    h("summary", null, "Colors and marks"),
    list,
  );
}

/** The chosen flight's chain as buttons, with the waits between. */
function chain(lane: LaneData | undefined): Node[] {
  if (!lane)
    return [
      h("p", { class: "quiet" }, "Choose a lane: its stages show here. Left and right arrows go from mark to mark."),
    ];
  const parts: Node[] = [];
  let before: number | null = null;
  for (const k of STAGES) {
    const t = lane.first[k];
    if (t === undefined) {
      parts.push(h("li", { class: "missing" }, `${k} –`));
      continue;
    }
    const wait =
      before === null
        ? null
        : h("span", { class: "quiet" }, ` ${t >= before ? "+" : "−"}${Math.abs(t - before).toFixed(0)} s`);
    parts.push(
      h(
        "li",
        null,
        h("button", { type: "button", class: "small", onclick: () => actions.seek(t) }, `${k} ${clock(t)}`, wait),
      ),
    );
    before = t;
  }
  const ends = lane.ends;
  const end =
    ends === null
      ? h("span", null, lane.end)
      : h(
          "button",
          { type: "button", class: "small", onclick: () => actions.seek(ends) },
          `${lane.end} ${clock(ends)}`,
        );
  const kills = lane.intercepts.filter(([, hit]) => hit).length;
  const counts = `${plural(lane.launches.length, "round", "rounds")}, ${plural(kills, "kill", "kills")}`;
  return [
    h(
      "p",
      null,
      h("strong", null, name(lane.name, 60)),
      h("span", { class: "quiet" }, ` · ${plainWords(lane.class)} · ${counts}`),
    ),
    h("ol", { class: "chain" }, ...parts, h("li", { class: lane.leaked ? "leaked" : null }, end)),
  ];
}

const NAME_END = 7; // characters at the end of a name without a number that stay in sight

/** A name that, where it is too long, loses its middle. */
function laneName(text: string): HTMLElement {
  const all = [...truncate(text, 400)];
  const tail = [...numberedEnd(text)].length || (all.length > 2 * NAME_END ? NAME_END : 0);
  return h(
    "bdi",
    { class: "lane-name" },
    h("span", { class: "lane-head" }, all.slice(0, all.length - tail).join("")),
    tail ? h("span", null, all.slice(-tail).join("")) : null,
  );
}

const MAX_TABLE_ROWS = 500; // rows of the table; the lanes have them all

/** The lanes as a table, as the report has it. */
function laneTable(all: readonly LaneData[]): HTMLElement {
  const rows = all
    .slice(0, MAX_TABLE_ROWS)
    .map((l) => [
      l.name,
      ...STAGES.map((k) => (l.first[k] === undefined ? "–" : clock(l.first[k]))),
      `${l.launches.length} / ${l.intercepts.filter(([, hit]) => hit).length}`,
      l.ends === null ? l.end : `${clock(l.ends)} ${l.end}`,
    ]);
  const part = all.length > MAX_TABLE_ROWS ? `; the first ${MAX_TABLE_ROWS} of ${count(all.length)} flights` : "";
  const caption = `First time of each stage${part}`;
  return table(["Flight", ...STAGES, "rounds / kills", "end"], rows, {
    caption,
    longest: 40,
    numbers: STAGES.map((_, k) => k + 1),
  });
}

class Lanes {
  private readonly order = h(
    "select",
    { "aria-label": "Order of the lanes", onchange: () => this.arrange() },
    h("option", { value: "arrival" }, "By first detection"),
    h("option", { value: "class" }, "By class"),
    h("option", { value: "outcome" }, "Leaked first"),
    h("option", { value: "name" }, "By name"),
  );
  private readonly leaked = h("input", { type: "checkbox", onchange: () => this.arrange() });
  private readonly search = h("input", {
    type: "search",
    placeholder: "Flight or class",
    "aria-label": "Filter the lanes by name or class",
    oninput: debounce(() => this.arrange()),
  });
  private readonly tally = h("span", { class: "quiet tally", role: "status" });
  private readonly axis = h("div", { class: "lane-axis", "aria-hidden": "true" });
  private readonly now = h("div", { class: "lane-now", "aria-hidden": "true" });
  private readonly announcement = h("p", { class: "sr", "aria-live": "polite" });
  private readonly about = h("div", { class: "lane-about" });
  private readonly numbers = h("div", { class: "why-table", hidden: true });
  private readonly asTable = h(
    "button",
    { type: "button", class: "plain small", "aria-pressed": "false", onclick: () => this.turn() },
    "As a table",
  );
  private readonly field: HTMLElement;
  private readonly list: List<LaneData>;
  private shown: LaneData[] = [];
  private appears = new Map<number, number>(); // when each flight comes up
  private longest = 1;
  private duration = 1;
  private wide = 0; // px of the time axis

  constructor(root: HTMLElement) {
    this.list = new List<LaneData>({
      label: "Kill chain, a lane a flight",
      row: ROW_HEIGHT,
      empty: "No flight fits.",
      chosen: (lane) => store.get().flight === lane.flight,
      fill: (lane) => this.row(lane),
      choose: (lane, _, e) => this.choose(lane, e),
      key: (e, lane) => this.along(lane, e.key),
    });
    this.field = h("div", { class: "lane-field" }, this.list.element, this.now);
    root.append(
      h(
        "div",
        { class: "bar-of-tools" },
        this.order,
        h("label", { class: "check-label" }, this.leaked, "Leaked only"),
        this.search,
        this.asTable,
        this.tally,
      ),
      this.axis,
      this.field,
      this.numbers,
      this.about,
      legend(),
      this.announcement,
    );
    new ResizeObserver(() => this.measure()).observe(this.list.box);
    store.on(["replay"], () => this.arrange());
    store.on(["flight", "replay"], () => this.mark());
    store.on(["time", "tab", "page"], () => this.moveNow());
  }

  private readonly x = (t: number): number => (t / this.longest) * (this.wide - RIGHT_PADDING);

  private row(lane: LaneData): Row {
    return {
      label: laneSentence(lane),
      title: lane.name.slice(0, 5000),
      className: lane.leaked ? "lane-row leaked" : "lane-row",
      parts: [
        laneName(lane.name),
        this.wide > 0 ? picture(lane, this.appears.get(lane.flight) ?? 0, this.wide, this.x, this.duration) : null,
      ],
    };
  }

  /** A click in the picture goes to its moment, or to a mark near it; everything else to the lane's first mark. */
  private choose(lane: LaneData, e: MouseEvent | KeyboardEvent): void {
    actions.selectFlight(lane.flight);
    const all = laneEvents(lane);
    const at = e instanceof MouseEvent ? e.clientX - this.list.box.getBoundingClientRect().left - NAME_WIDTH : -1;
    if (at < 0) {
      this.jump(lane, all[0]);
      return;
    }
    const away = (m: LaneEvent): number => Math.abs(this.x(m.t) - at);
    const near = all.reduce<LaneEvent | undefined>((best, m) => (!best || away(m) < away(best) ? m : best), undefined);
    if (near && away(near) <= CLICK_RADIUS) this.jump(lane, near);
    else actions.seek((at / Math.max(1, this.wide - RIGHT_PADDING)) * this.longest);
  }

  /** Left and right go from mark to mark of a lane. */
  private along(lane: LaneData, key: string): boolean {
    if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
    const { time, flight } = store.get();
    const all = laneEvents(lane);
    if (flight !== lane.flight) actions.selectFlight(lane.flight);
    this.jump(
      lane,
      key === "ArrowRight" ? all.find((m) => m.t > time + 0.005) : all.filter((m) => m.t < time - 0.005).pop(),
    );
    return true;
  }

  private jump(lane: LaneData, mark: LaneEvent | undefined): void {
    if (!mark) return;
    actions.seek(mark.t);
    this.announcement.textContent = `${truncate(lane.name, 80)}: ${mark.event} ${moment(mark.t)}`;
  }

  private arrange(): void {
    const { replay, flight } = store.get();
    const all = replay?.header.lanes ?? [];
    const query = this.search.value.trim().toLowerCase();
    this.shown = all
      .filter(
        (l) =>
          (!this.leaked.checked || l.leaked) &&
          (!query || `${l.name} ${plainWords(l.class)}`.toLowerCase().includes(query)),
      )
      .sort(LANE_ORDERS[this.order.value as LaneOrder]);
    this.duration = replay?.header.duration ?? 1;
    this.appears = new Map(
      (replay?.header.movers ?? []).filter((m) => m.kind === "flight").map((m) => [m.row, m.from]),
    );
    const last = all.reduce((most, l) => Math.max(most, l.ends ?? this.duration), 0);
    this.longest = Math.max(1, Math.min(this.duration, last || this.duration));
    const through = all.filter((l) => l.leaked).length;
    const flights = plural(all.length, "flight", "flights");
    this.tally.textContent = `${count(this.shown.length)} of ${flights}, ${count(through)} got through`;
    this.list.set(
      this.shown,
      Math.max(
        0,
        this.shown.findIndex((l) => l.flight === flight),
      ),
    );
    if (!this.numbers.hidden) replace(this.numbers, laneTable(this.shown));
    this.measure();
  }

  private turn(): void {
    this.numbers.hidden = !this.numbers.hidden;
    this.field.hidden = this.axis.hidden = !this.numbers.hidden;
    this.asTable.setAttribute("aria-pressed", String(!this.numbers.hidden));
    this.asTable.textContent = this.numbers.hidden ? "As a table" : "As lanes";
    this.arrange();
  }

  private measure(): void {
    this.wide = Math.max(0, this.list.box.clientWidth - NAME_WIDTH);
    if (!this.wide) return;
    this.list.redraw();
    const each = timeStep(this.longest, Math.max(2, this.wide / 56));
    const ticks: HTMLElement[] = [];
    for (let t = 0; t <= this.longest - 0.3 * each || t === 0; t += each) {
      const tick = h("span", null, clock(t));
      tick.style.left = `${NAME_WIDTH + this.x(t)}px`;
      ticks.push(tick);
    }
    replace(this.axis, ...ticks);
    this.moveNow();
  }

  /** Bring the chosen flight in sight and tell its chain. */
  private mark(): void {
    const { flight, replay } = store.get();
    const i = this.shown.findIndex((l) => l.flight === flight);
    // First, since it takes room from the list.
    replace(this.about, ...chain(replay?.header.lanes.find((l) => l.flight === flight)));
    if (i >= 0) this.list.show(i, true);
    else this.list.redraw();
  }

  private moveNow(): void {
    const { time, tab, page, replay } = store.get();
    if (tab !== "lanes" || page !== "replay") return;
    this.now.hidden = !replay || !this.wide;
    this.now.style.transform = `translateX(${(NAME_WIDTH + this.x(Math.min(time, this.longest))).toFixed(1)}px)`;
  }
}

export function lanes(root: HTMLElement): void {
  new Lanes(root);
}
