// The map as a table: what is in the air now, to read and to choose by keyboard.

import { AREA_WORDS, stateWords } from "../areas";
import { identityAt } from "../belief";
import type { Area } from "../contract";
import type { Place } from "../decode";
import { actions, store } from "../store";
import { h, name, replace, uniqueId } from "../ui/dom";
import * as units from "../ui/units";
import type { MovingLayer } from "./moving";

const MAX_ROWS = 300; // rows

/** From the ground or a height up to a height, or without limit. */
function heightsOf(a: Area, u: units.Units): string {
  const [low, high] = [a.floor === null ? "ground" : units.height(a.floor, u), a.ceiling];
  return `${low} to ${high === null ? "any height" : units.height(high, u)}`;
}

/** What is declared in the sky, and what holds of it now. */
function areasTable(areas: readonly Area[], t: number, u: units.Units): HTMLElement {
  const heard = (a: Area): string => {
    if (!a.heard || !a.unheard) return "–";
    const some = a.heard.map(([post, at]) => `${post} ${at > 0 ? units.clock(at) : "from the start"}`);
    return [...some, ...a.unheard.map((post) => `${post} never`)].join(", ");
  };
  return h(
    "table",
    null,
    h("caption", null, "Zones, corridors, airways"),
    h(
      "thead",
      null,
      h("tr", null, ...["Name", "Kind", "Now", "Heights", "Known to"].map((w) => h("th", { scope: "col" }, w))),
    ),
    h(
      "tbody",
      null,
      ...areas.map((a) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, name(a.name, 40)),
          h("td", null, AREA_WORDS[a.kind]),
          h("td", null, stateWords(a, t) || "in force"),
          h("td", null, heightsOf(a, u)),
          h("td", null, name(heard(a), 160)),
        ),
      ),
    ),
  );
}

/** A button on the map that opens the table. */
export function list(
  root: HTMLElement,
  moving: () => MovingLayer | null,
  center: (lon: number, lat: number) => void,
): void {
  const id = uniqueId("list");
  const body = h("tbody");
  const more = h("p", { class: "quiet" });
  const head = h(
    "tr",
    null,
    ...["Name", "Side", "Believed", "Height", "Speed", "Course", "Place"].map((t) => h("th", { scope: "col" }, t)),
  );
  const sky = h("div");
  const panel = h(
    "div",
    { class: "map-panel map-list", id, hidden: true, tabindex: 0, role: "region", "aria-label": "In the air now" },
    h("table", null, h("caption", { class: "sr" }, "In the air now"), h("thead", null, head), body),
    more,
    sky,
  );
  const button = h(
    "button",
    {
      type: "button",
      "aria-expanded": "false",
      "aria-controls": id,
      title: "The map as a table",
      onclick: () => toggle(),
    },
    "As a table",
  );
  const p: Place = { lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 };
  let drawn = -1;
  const show = (): void => {
    const { replay, time, units: u, flight } = store.get();
    const m = moving();
    if (panel.hidden || !replay || !m) return;
    if (
      panel.contains(document.activeElement) &&
      document.activeElement !== panel &&
      store.get().playing &&
      Math.abs(time - drawn) < 2
    )
      return;
    drawn = time;
    const rows = m.here
      .slice(0, MAX_ROWS)
      .filter((e) => replay.position(e.index, time, p))
      .map((e) => {
        replay.position(e.index, time, p);
        const { lon, lat } = p;
        const row = m.follows[e.index];
        const pick = h(
          "button",
          {
            type: "button",
            class: "link",
            onclick: () => {
              actions.selectFlight(row >= 0 ? row : null);
              center(lon, lat);
            },
          },
          name(e.mover.name, 40),
        );
        return h(
          "tr",
          { "aria-current": row >= 0 && row === flight ? "true" : null },
          h("th", { scope: "row" }, pick),
          h("td", null, [e.mover.side || "–", e.jams ? "radiates noise" : ""].filter(Boolean).join(", ")),
          h("td", { class: e.wrong ? "wrong" : "" }, identityAt(e.mover, time) || "–"),
          h("td", { class: "n" }, units.height(p.height, u)),
          h("td", { class: "n" }, units.speed(p.speed, u)),
          h("td", { class: "n" }, units.bearing(p.course)),
          h("td", { class: "n" }, units.coordinates(lon, lat)),
        );
      });
    replace(body, ...rows);
    replace(sky, replay.header.areas ? areasTable(replay.header.areas, time, u) : null);
    more.textContent =
      m.here.length > MAX_ROWS ? `${m.here.length - MAX_ROWS} more` : m.here.length ? "" : "Nothing is in the air now.";
  };
  const toggle = (): void => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    show();
  };
  const pop = h("div", { class: "map-pop" }, button, panel);
  pop.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !panel.hidden) {
      toggle();
      button.focus();
      e.stopPropagation();
    }
  });
  let due = 0;
  store.on(["time", "world", "units", "flight", "replay"], () => {
    if (panel.hidden || due) return;
    due = window.setTimeout(() => {
      due = 0;
      show();
    }, 250);
  });
  root.querySelector(".map-top")?.append(pop);
}
