// What the map shows: truth or belief, layers, coverage by kind, owner and height, with its legend.

import { actions, store } from "../store";
import { DASHES, heightColor, onTheme, palette } from "../theme";
import { h, replace, s, truncate, uniqueId } from "../ui/dom";
import * as units from "../ui/units";
import { coverage, heightsOf, KINDS, type Kind, ownersOf } from "./choice";

const LAYERS: [string, string][] = [
  ["relief", "Relief"],
  ["borders", "Borders"],
  ["towns", "Towns"],
  ["labels", "Names"],
  ["areas", "Zones, corridors, airways"],
  ["trails", "Trails (2 min)"],
  ["sectors", "Sectors of fire units"],
  ["strobes", "Strobes: bearings of jammers"],
  ["assignments", "Who is assigned to what"],
];

/** Truth | Belief, as two buttons of which one is pressed. */
function worlds(): HTMLElement {
  const make = (world: "truth" | "belief", text: string, title: string): HTMLButtonElement =>
    h("button", { type: "button", title, onclick: () => store.set({ world }) }, text);
  const truth = make("truth", "Truth", "What flies, as it is (b)");
  const belief = make("belief", "Belief", "What the posts track, as they believe it to be (b)");
  store.on(["world"], (now) => {
    truth.setAttribute("aria-pressed", String(now.world === "truth"));
    belief.setAttribute("aria-pressed", String(now.world === "belief"));
  });
  return h("div", { class: "segments", role: "group", "aria-label": "Show truth or belief" }, truth, belief);
}

/** A sample of a coverage line. */
function sample(place: number): SVGElement {
  const color = heightColor(palette(), place);
  return s(
    "svg",
    { width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true", focusable: "false" },
    s("rect", { x: 0, y: 1, width: 30, height: 10, fill: color, "fill-opacity": 0.18 }),
    s("line", {
      x1: 0,
      x2: 30,
      y1: 6,
      y2: 6,
      stroke: color,
      "stroke-width": 2,
      "stroke-dasharray": DASHES[place % DASHES.length].join(" "),
    }),
  );
}

function layerBoxes(): HTMLElement {
  const boxes = LAYERS.map(([key, text]) => {
    const box = h("input", { type: "checkbox", onchange: () => actions.toggleLayer(key) });
    store.on(["layers"], (now) => {
      box.checked = now.layers.has(key);
    });
    const row = h("label", { class: "check" }, box, text);
    if (key === "areas") {
      store.on(["replay"], ({ replay }) => {
        row.hidden = !replay?.header.areas;
      });
    }
    return row;
  });
  return h("fieldset", null, h("legend", null, "Layers"), ...boxes);
}

function heightBoxes(root: HTMLElement): void {
  const { replay, units: u } = store.get();
  const chosen = coverage.get();
  if (!replay) {
    replace(root);
    return;
  }
  const rows = heightsOf(replay, chosen.kind).map((meters, place) => {
    const box = h("input", {
      type: "checkbox",
      checked: chosen.heights.has(meters),
      onchange: () => {
        const heights = new Set(coverage.get().heights);
        if (!heights.delete(meters)) heights.add(meters);
        coverage.set({ heights });
      },
    });
    return h("label", { class: "check" }, box, sample(place), units.height(meters, u));
  });
  replace(root, rows.length ? h("span", { class: "quiet" }, "Target at a height above the sea of") : null, ...rows);
}

/** The note under the choice: what exactly the lines say. */
function note(): string {
  const { replay, backdrop } = store.get();
  const { kind } = coverage.get();
  if (replay && replay !== backdrop) return "It is being worked out.";
  const one = replay?.header.coverage.find((l) =>
    kind === "detection" ? l.kind === "detection" : l.kind === "engagement" && l.limits === kind,
  );
  if (!one) return kind === "none" ? "" : "This replay holds none.";
  const rcs = one.rcs === null ? "" : ` of ${one.rcs} m²`;
  if (kind === "detection")
    return `Where a target${rcs} is detected in ${Math.round(100 * (one.probability ?? 0.5))} % of the looks.`;
  if (kind === "emergent") return `Where a level target${rcs} can be met, by flight, radar and time alone.`;
  return `As before, within the published limits of range and height too.`;
}

function coverageChoice(): HTMLElement {
  const kind = h(
    "select",
    { "aria-label": "Coverage", onchange: () => pickKind(kind.value as Kind) },
    ...KINDS.map(([k, text]) => h("option", { value: k }, text)),
  );
  const owner = h("select", {
    "aria-label": "Whose coverage",
    onchange: () => coverage.set({ owner: Number(owner.value) }),
  });
  const heights = h("div", { class: "heights" });
  const words = h("p", { class: "quiet note" });
  const show = (): void => {
    const { replay } = store.get();
    const now = coverage.get();
    kind.value = now.kind;
    const owners = replay ? ownersOf(replay, now.kind) : [];
    replace(
      owner,
      h("option", { value: -1 }, "All of them"),
      ...owners.map(([row, text]) => h("option", { value: row }, truncate(text, 40))),
    );
    owner.value = String(now.owner);
    owner.hidden = now.kind === "none";
    const focused = heights.contains(document.activeElement)
      ? [...heights.querySelectorAll("input")].indexOf(document.activeElement as HTMLInputElement)
      : -1;
    heightBoxes(heights);
    if (focused >= 0) heights.querySelectorAll("input")[focused]?.focus();
    words.textContent = note();
  };
  store.on(["replay", "backdrop", "units"], show);
  coverage.on(show);
  onTheme(show);
  return h("fieldset", null, h("legend", null, "Coverage"), kind, owner, heights, words);
}

const SHORT: Record<Kind, string> = {
  none: "",
  detection: "Detection of a target at",
  emergent: "Reach against a target at",
  published: "Reach within published limits at",
};

/** What the lines on the map are, always in sight. */
function key(): HTMLElement {
  const box = h("div", { class: "map-key" });
  const show = (): void => {
    const { replay, units: u } = store.get();
    const now = coverage.get();
    const heights = replay ? heightsOf(replay, now.kind) : [];
    const rows = heights.flatMap((meters, place) =>
      now.heights.has(meters) ? [h("div", null, sample(place), units.height(meters, u))] : [],
    );
    replace(box, ...(rows.length ? [h("span", null, SHORT[now.kind]), ...rows] : []));
  };
  store.on(["replay", "units"], show);
  coverage.on(show);
  onTheme(show);
  return box;
}

function pickKind(kind: Kind): void {
  const { replay } = store.get();
  const before = coverage.get();
  const heights = replay ? heightsOf(replay, kind) : [];
  const kept = heights.filter((x) => before.heights.has(x));
  coverage.set({ kind, owner: -1, heights: new Set(kept.length ? kept : heights.slice(0, 1)) });
}

/** Put the chooser on the map: a row of buttons and a panel that opens. */
export function chooser(root: HTMLElement): void {
  const id = uniqueId("layers");
  const panel = h("div", { class: "map-panel", id, hidden: true }, coverageChoice(), layerBoxes());
  const button = h(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": id, onclick: () => toggle() },
    "Layers",
  );
  const toggle = (open = panel.hidden): void => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const pop = h("div", { class: "map-pop" }, button, panel);
  pop.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !panel.hidden) {
      toggle(false);
      button.focus();
      e.stopPropagation();
    }
  });
  root.append(h("div", { class: "map-top" }, worlds(), pop), key());
}
