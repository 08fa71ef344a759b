// The height view: altitude against distance along a bearing from a radar or fire unit, with terrain, horizon, reach.

import type { Place, Replay } from "../decode";
import { bearing, inSector } from "../geo";
import { aim } from "../map/choice";
import { symbolsReady } from "../map/sprites";
import { coverageAlong } from "../scope/coverage";
import { sitePosition } from "../scope/plots";
import { paintProfile, type VerticalCut } from "../scope/profile";
import { middleAzimuth, type NearBearing, type Standpoint, standpoints, withinWedge } from "../scope/wedge";
import { store } from "../store";
import { onTheme } from "../theme";
import { sized } from "../ui/canvas";
import { h, name, replace, uniqueId } from "../ui/dom";
import { throttle } from "../ui/timing";
import { tableToggle } from "../ui/toggle";
import * as units from "../ui/units";

const HALF_WIDTH = 5; // degrees on either side of the bearing in which what moves is shown
const DISTANCES = [25, 50, 100, 150, 200, 300, 400]; // units of the ruler
const MAX_TABLE_ROWS = 200; // rows of the table
const CEILINGS = [1, 3, 6, 12, 20, 40, 80, 160]; // km

const place: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };

const cells = (...texts: string[]): HTMLElement[] => texts.map((t) => h("td", { class: "n" }, t));

function reachTable(section: VerticalCut, u: units.Units): HTMLElement {
  const rows = section.reaches.flatMap((r) =>
    r.spans.map((p) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, r.name),
        ...cells(units.height(p.height, u), units.distance(p.near, u), units.distance(p.far, u)),
      ),
    ),
  );
  return figures("Reach along the bearing", ["Limits", "Height", "From", "To"], rows);
}

function seenTable(seen: NearBearing[], u: units.Units): HTMLElement {
  const rows = seen
    .slice(0, MAX_TABLE_ROWS)
    .map((m) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, name(m.name, 40)),
        ...cells(units.distance(m.distance, u), units.height(m.height, u), units.speed(m.speed, u)),
      ),
    );
  return figures("What moves near the bearing", ["Name", "Distance", "Height", "Speed"], rows);
}

function figures(caption: string, head: string[], rows: HTMLElement[]): HTMLElement {
  return h(
    "table",
    { class: "plain-table" },
    h("caption", { class: "quiet" }, caption),
    h("thead", null, h("tr", null, ...head.map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", null, ...rows),
  );
}

class HeightView {
  private all: Standpoint[] = [];
  private from: Standpoint | undefined;
  private azimuth = 270;
  private far = 0; // m; 0: as far as the reach goes
  private top = 20_000; // m
  private seen: NearBearing[] = [];
  private section: VerticalCut | null = null;
  private readonly choice = h("select", { "aria-label": "Standing at", onchange: () => this.pick(this.choice.value) });
  private readonly turn = h("input", {
    type: "range",
    min: 0,
    max: 359,
    step: 1,
    "aria-label": "Bearing, degrees",
    oninput: () => this.turnTo(Number(this.turn.value)),
  });
  private readonly bearingText = h("output", { class: "bearing" });
  private readonly toFlight = h(
    "button",
    { type: "button", title: "Turn to the chosen flight", onclick: () => this.lookAtFlight() },
    "To the flight",
  );
  private readonly farChoice = h("select", {
    "aria-label": "Distance",
    onchange: () => {
      this.far = Number(this.farChoice.value);
      this.paint();
    },
  });
  private readonly topChoice = h("select", {
    "aria-label": "Up to",
    onchange: () => {
      this.top = Number(this.topChoice.value);
      this.paint();
    },
  });
  private readonly canvas = h("canvas", {
    role: "img",
    "aria-label": "Altitude against distance; its figures are in the table",
  });
  private readonly holder = h("div", { class: "height-holder" }, this.canvas);
  private readonly table = h("div", {
    class: "scroll",
    id: uniqueId("height"),
    hidden: true,
    tabindex: 0,
    role: "region",
    "aria-label": "Figures of the height view",
  });
  private readonly note = h("p", { class: "quiet" });

  constructor(root: HTMLElement) {
    root.append(
      h(
        "div",
        { class: "tool-row" },
        h("label", null, "From ", this.choice),
        h("label", null, "Distance ", this.farChoice),
        h("label", null, "Up to ", this.topChoice),
      ),
      h(
        "div",
        { class: "tool-row" },
        h("label", null, "Bearing ", this.turn),
        this.bearingText,
        this.toFlight,
        tableToggle(this.table, () => this.list()),
      ),
      this.holder,
      this.note,
      this.table,
    );
    store.on(["replay"], ({ replay }) => this.open(replay));
    store.on(["backdrop"], () => this.turnTo(this.azimuth));
    store.on(["units"], ({ units: u }) => this.rule(u));
    store.on(["unit"], ({ unit }) => this.pick(`unit:${unit}`));
    store.on(["radar"], ({ radar }) => {
      if (this.from?.kind === "radar") this.pick(`radar:${radar}`);
    });
    const list = throttle(() => this.list(), 300);
    store.on(["time", "tab", "page", "world", "units", "replay", "flight"], ({ flight }) => {
      this.toFlight.disabled = flight === null;
      this.paint();
      list();
    });
    onTheme(() => this.paint());
    symbolsReady().then(
      () => this.paint(),
      () => undefined,
    );
    new ResizeObserver(() => this.paint()).observe(this.holder);
  }

  private open(replay: Replay | null): void {
    this.all = replay ? standpoints(replay) : [];
    replace(this.choice, ...this.all.map((f) => h("option", { value: f.key }, f.name)));
    this.from = this.all[0];
    this.azimuth = Math.round(middleAzimuth(this.from));
    this.turn.value = String(this.azimuth);
    this.section = null;
  }

  private rule(u: units.Units): void {
    const ruler = units.ruler(u);
    replace(
      this.farChoice,
      h("option", { value: 0 }, "as the reach"),
      ...DISTANCES.map((v) => h("option", { value: v * ruler.meters }, `${v} ${ruler.name}`)),
    );
    this.far = 0;
    replace(
      this.topChoice,
      ...CEILINGS.map((v) =>
        h("option", { value: v * 1000 }, u === "aviation" ? units.height(v * 1000, u) : `${v} km`),
      ),
    );
    this.topChoice.value = String(this.top);
  }

  private pick(key: string): void {
    const next = this.all.find((f) => f.key === key);
    if (!next || next === this.from) return;
    this.from = next;
    this.choice.value = key;
    this.turnTo(this.azimuth);
  }

  private turnTo(azimuth: number): void {
    this.azimuth = azimuth;
    this.turn.value = String(azimuth);
    this.section = null;
    this.paint();
    this.list();
  }

  private lookAtFlight(): void {
    const { replay, flight, time } = store.get();
    const k = replay?.header.movers.findIndex((m) => m.kind === "flight" && m.row === flight) ?? -1;
    if (!replay || !this.from || k < 0 || !replay.position(k, time, place)) return;
    this.top = Math.max(
      this.top,
      ...CEILINGS.map((v) => v * 1000)
        .filter((v) => v > place.height)
        .slice(0, 1),
    ); // so that it is in sight
    this.topChoice.value = String(this.top);
    this.turnTo(Math.round(bearing(sitePosition(replay, this.from, time).spot, [place.lon, place.lat])) % 360);
  }

  private get shown(): boolean {
    const s = store.get();
    return s.page === "replay" && s.tab === "height";
  }

  private paint(): void {
    const { replay, time, units: u, flight, world } = store.get();
    const { from, azimuth } = this;
    this.bearingText.textContent = units.bearing(azimuth);
    if (!this.shown || !replay || !from) {
      aim.set(null);
      return;
    }
    const { spot, height: antenna } = sitePosition(replay, from, time);
    if (!this.section || from.ship)
      this.section = { ...coverageAlong(replay, from.kind, from.row, spot, azimuth), spot, antenna, azimuth };
    const { section } = this;
    const far =
      this.far ||
      Math.min(400_000, Math.max(60_000, ...section.reaches.flatMap((r) => r.spans.map((p) => p.far * 1.12))));
    aim.set({ spot, azimuth, far, half: HALF_WIDTH });
    this.seen = withinWedge(replay, { spot, azimuth, half: HALF_WIDTH, far }, time, world);
    const { clientWidth: wide, clientHeight: tall } = this.holder;
    paintProfile(sized(this.canvas, wide, tall), wide, tall, replay, {
      section,
      radar: from.radar,
      far,
      top: this.top,
      seen: this.seen,
      units: u,
      flight,
    });
    this.note.textContent = [
      "Dotted: the radar's horizon with rays bent as over an earth of 4/3 radius.",
      ...(inSector(from.radar?.sector ?? null, azimuth) ? [] : ["Out of the radar's sector."]),
      `What moves within ${HALF_WIDTH}° of the bearing is shown.`,
      "Heights above the ellipsoid; the ground above the sea.",
    ].join(" ");
  }

  private list(): void {
    const { units: u } = store.get();
    if (this.shown && !this.table.hidden && this.section)
      replace(this.table, reachTable(this.section, u), seenTable(this.seen, u));
  }
}

/** Show the height view in `root`. */
export function height(root: HTMLElement): void {
  new HeightView(root);
}
