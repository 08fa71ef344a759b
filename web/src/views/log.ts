// Everything that happened in the replication, in order: filtered, searched, copied, and a way to any of its moments.

import type { ReplayEvent } from "../contract";
import { filtered, flightName, lastEventAt, namesOf, radarName, SAME_TIME, unitName } from "../events";
import { actions, store } from "../store";
import { h, name, replace, truncate } from "../ui/dom";
import { capitalize, count, isolate } from "../ui/format";
import { copy, csv, List, type Row } from "../ui/table";
import { debounce } from "../ui/timing";
import { clock } from "../ui/units";

const ROW_HEIGHT = 42;
const COPIED_SHOWN = 2500; // ms that "copied" stands
const REDRAW_INTERVAL = 120; // ms between redraws while the replay plays
const COPY = "Copy as CSV";
const HEAD = [
  "time_s",
  "kind",
  "flight",
  "fire_unit",
  "radar",
  "round",
  "track",
  "text",
  "longitude",
  "latitude",
  "height_m",
];

const options = (first: string, names: Iterable<[string | number, string]>): HTMLElement[] => [
  h("option", { value: "" }, first),
  ...[...names].map(([v, text]) => h("option", { value: v }, isolate(truncate(text, 44)))),
];

class Log {
  private readonly kind = h("select", { "aria-label": "Kind of event", onchange: () => this.applyFilters() });
  private readonly flight = h("select", { "aria-label": "Flight", onchange: () => this.applyFilters() });
  private readonly unit = h("select", { "aria-label": "Fire unit", onchange: () => this.applyFilters() });
  private readonly search = h("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search the log",
    oninput: debounce(() => this.applyFilters()),
  });
  private readonly follow = h("input", { type: "checkbox", checked: true, onchange: () => this.applyFilters() });
  private readonly tally = h("span", { class: "quiet tally", role: "status" });
  private readonly copied = h("button", { type: "button", class: "small", onclick: () => void this.copy() }, COPY);
  private readonly clear = h(
    "button",
    { type: "button", class: "small", title: "Take all filters away", onclick: () => this.all() },
    "All",
  );
  private readonly list: List<ReplayEvent>;
  private names = namesOf(undefined);
  private shown: readonly ReplayEvent[] = [];
  private drawn = 0; // ms, when it last followed
  private timer = 0;
  private current = -1; // the last event shown that has happened

  constructor(root: HTMLElement) {
    this.list = new List<ReplayEvent>({
      label: "Log of the replication",
      row: ROW_HEIGHT,
      empty: "No event fits.",
      chosen: (_, i) => i === this.current,
      fill: (e) => this.row(e),
      choose: (e) => {
        store.set({
          playing: false,
          ...(e.flight >= 0 ? { flight: e.flight } : {}),
          ...(e.unit >= 0 ? { unit: e.unit } : {}),
        });
        actions.seek(e.t);
      },
    });
    root.append(
      h(
        "div",
        { class: "bar-of-tools" },
        this.kind,
        this.flight,
        this.unit,
        this.search,
        h("label", { class: "check-label" }, this.follow, "Follow"),
        this.clear,
        this.copied,
        this.tally,
      ),
      this.list.element,
    );
    store.on(["replay"], () => this.open());
    store.on(["time", "tab", "page"], () => this.followTime());
  }

  private row(e: ReplayEvent): Row {
    const who = flightName(this.names, e);
    return {
      label: `${clock(e.t, true)} ${e.kind}, ${truncate(who, 100)}: ${e.text}`,
      title: `${who.slice(0, 2000)}: ${e.text.slice(0, 3000)}`,
      className: e.t <= store.get().time + SAME_TIME ? "log-row past" : "log-row",
      parts: [
        h("span", { class: "log-time" }, clock(e.t, true)),
        h("span", { class: `log-kind k-${e.kind.replace(/[^a-z]+/g, "-")}` }, e.kind),
        h("span", { class: "log-who" }, name(who || unitName(this.names, e) || radarName(this.names, e), 40)),
        h("span", { class: "log-text" }, name(e.text, 200)),
      ],
    };
  }

  /** A new replay: its kinds, flights and units to choose from. */
  private open(): void {
    const { replay } = store.get();
    this.names = namesOf(replay?.header);
    const kinds = [...new Set((replay?.header.events ?? []).map((e) => e.kind))].sort();
    replace(
      this.kind,
      ...options(
        "Every kind",
        kinds.map((k): [string, string] => [k, capitalize(k)]),
      ),
    );
    replace(this.flight, ...options("Every flight", this.names.flight));
    replace(this.unit, ...options("Every unit", this.names.unit));
    this.applyFilters();
  }

  private applyFilters(): void {
    const { replay, time } = store.get();
    const all = replay?.header.events ?? [];
    const chosen = (field: HTMLSelectElement): number | null => (field.value === "" ? null : Number(field.value));
    this.shown = filtered(all, this.names, {
      kind: this.kind.value,
      flight: chosen(this.flight),
      unit: chosen(this.unit),
      query: this.search.value,
    });
    this.tally.textContent = `${count(this.shown.length)} of ${count(all.length)}`;
    this.clear.disabled = this.shown.length === all.length;
    this.current = lastEventAt(this.shown, time);
    this.list.set(this.shown, Math.max(0, this.current));
    if (this.follow.checked && this.current >= 0) this.list.show(this.current, true);
  }

  private followTime(): void {
    const { page, tab, time, playing } = store.get();
    if (page !== "replay" || tab !== "log") return;
    const now = performance.now();
    clearTimeout(this.timer);
    if (playing && now - this.drawn < REDRAW_INTERVAL) {
      // nobody reads faster
      this.timer = window.setTimeout(() => this.followTime(), REDRAW_INTERVAL);
      return;
    }
    this.drawn = now;
    const next = lastEventAt(this.shown, time);
    if (next === this.current && this.shown.length) return;
    this.current = next;
    if (this.follow.checked && next >= 0) this.list.show(next, true);
    else this.list.redraw();
  }

  private all(): void {
    for (const field of [this.kind, this.flight, this.unit, this.search]) field.value = "";
    this.applyFilters();
  }

  /** What is shown, as CSV, to the clipboard. */
  private async copy(): Promise<void> {
    const rows = this.shown.map((e): (string | number)[] => [
      e.t,
      e.kind,
      flightName(this.names, e),
      unitName(this.names, e),
      radarName(this.names, e),
      e.round >= 0 ? e.round : "",
      e.track >= 0 ? e.track : "",
      e.text,
      e.at?.[0] ?? "",
      e.at?.[1] ?? "",
      e.at?.[2] ?? "",
    ]);
    const done = await copy(csv(HEAD, rows));
    this.copied.textContent = done ? `Copied ${count(rows.length)}` : "The browser refused";
    setTimeout(() => {
      this.copied.textContent = COPY;
    }, COPIED_SHOWN);
  }
}

export function log(root: HTMLElement): void {
  new Log(root);
}
