// The map's edges: buttons, scale bar, coordinates under the pointer, legend of marks, and the note at the pointer.

import { AREA_WORDS, mistakesOf } from "../areas";
import { identityAt } from "../belief";
import type { Area, ReplayPlace } from "../contract";
import type { Place } from "../decode";
import { store } from "../store";
import { type Colors, onTheme, palette } from "../theme";
import { type Context2D, context2d } from "../ui/canvas";
import { h, name, replace } from "../ui/dom";
import { roundDown } from "../ui/scale";
import * as units from "../ui/units";
import { sampleArea } from "./areas";
import { BELIEFS, badge, showsBeliefs } from "./beliefs";
import type { DrawnMover } from "./drawn";
import type { Measure } from "./measure";
import { dart, mark } from "./moving";
import { radiating, silence, silentWords } from "./noise";
import { put, symbol, symbolsReady } from "./sprites";
import type { Viewport } from "./viewport";

interface MapActions {
  zoom(by: number): void;
  whole(): void;
  measure: Measure;
}

const MAX_BAR_WIDTH = 130; // px of the scale bar

/** Buttons, legend, scale bar and coordinates; gives back what keeps them right. */
export function mapControls(
  root: HTMLElement,
  doing: MapActions,
): { scale(f: Viewport): void; cursor(f: Viewport | null, x: number, y: number): void } {
  const ruler = h(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      title: "Measure distance and bearing (m)",
      onclick: () => doing.measure.toggle(),
    },
    "Measure",
  );
  const measured = h("output", { class: "measured", "aria-live": "polite" });
  const tell = (): void => {
    ruler.setAttribute("aria-pressed", String(doing.measure.active));
    measured.textContent = doing.measure.words();
  };
  doing.measure.on(tell);
  store.on(["units"], tell);
  root.append(
    h(
      "div",
      { class: "map-buttons" },
      h("button", { type: "button", "aria-label": "Nearer", title: "Nearer (+)", onclick: () => doing.zoom(1) }, "+"),
      h(
        "button",
        { type: "button", "aria-label": "Farther", title: "Farther (−)", onclick: () => doing.zoom(-1) },
        "−",
      ),
      h("button", { type: "button", "aria-label": "Show all", title: "Show all (f)", onclick: doing.whole }, "⤢"),
    ),
    h("div", { class: "map-measure" }, ruler, measured),
  );
  legend(root);
  const bar = h("div", { class: "scale-bar" });
  const words = h("span");
  const at = h("span", { class: "map-cursor" });
  const note = h("span", { class: "map-note" });
  store.on(["replay"], ({ replay }) => {
    note.textContent = replay?.header.terrain.note.split(". ").slice(-1)[0] ?? "";
    note.title = replay?.header.terrain.note ?? "";
  });
  root.append(
    h("div", { class: "map-scale", "aria-hidden": "true" }, bar, words),
    h("div", { class: "map-foot" }, note, at),
  );
  let last: Viewport | null = null;
  const scale = (f: Viewport): void => {
    last = f;
    const unit = units.ruler(store.get().units);
    const px = f.meters(f.lonLat(f.width / 2, f.height / 2)[1]);
    const length = roundDown((MAX_BAR_WIDTH * px) / unit.meters);
    bar.style.width = `${(length * unit.meters) / px}px`;
    words.textContent = `${length} ${unit.name}`;
  };
  store.on(["units"], () => {
    if (last) scale(last);
  });
  const cursor = (f: Viewport | null, x: number, y: number): void => {
    const { replay, units: u } = store.get();
    if (!f || !replay) {
      at.textContent = "";
      return;
    }
    const [lon, lat] = f.lonLat(x, y);
    const ground = replay.groundAt(lon, lat);
    const height = Number.isFinite(ground) ? units.height(ground, u) : "not known";
    at.textContent = `${units.coordinates(lon, lat)} · ground ${height}`;
  };
  return { scale, cursor };
}

type Draw = (ctx: Context2D, x: number, y: number) => void;

/** One row of the legend, drawn with the map's own marks. */
function row(words: string, draw: Draw): HTMLElement {
  const canvas = h("canvas", { width: 64, height: 56, class: "key", "aria-hidden": "true" });
  const ctx = context2d(canvas);
  ctx.scale(2, 2);
  draw(ctx, 16, 14);
  return h("li", null, canvas, words);
}

const shown =
  (key: string): Draw =>
  (ctx, x, y) => {
    const sprite = symbol(key);
    if (sprite) put(ctx, sprite, x, y + (key.startsWith("friend-air") ? 2 : 0));
  };

/** Marks of jamming and silence, where the replay has any. */
function contested(c: Colors): HTMLElement[] {
  const header = store.get().replay?.header;
  const jammed = header?.movers.some((m) => m.jams);
  return [
    ...(jammed ? [row("Radiates noise", (ctx, x, y) => radiating(ctx, x, y, c, [6, 11]))] : []),
    ...(jammed
      ? [
          row("Strobe: bearing of a jammer", (ctx, x, y) => {
            ctx.beginPath();
            ctx.moveTo(x - 13, y + 5);
            ctx.lineTo(x + 13, y - 5);
            ctx.strokeStyle = c.noise;
            ctx.lineWidth = 1.6;
            ctx.stroke();
          }),
        ]
      : []),
    ...(header?.radars.some((r) => r.silent) ? [row("Silent", (ctx, x, y) => silence(ctx, x, y, 11, c))] : []),
  ];
}

/** Marks of who may be shot at by mistake, and of what is declared in the sky, where the replay has any. */
function declared(c: Colors): HTMLElement[] {
  const header = store.get().replay?.header;
  const kinds = (Object.keys(AREA_WORDS) as Area["kind"][]).filter((k) => header?.areas?.some((a) => a.kind === k));
  const beliefs = showsBeliefs(header)
    ? BELIEFS.map(([identity, words]) =>
        row(words, (ctx, x, y) => {
          const neutral = symbol("neutral-air");
          if (neutral) {
            ctx.globalAlpha = 0.25;
            put(ctx, neutral, x - 4, y + 3);
            ctx.globalAlpha = 1;
          }
          badge(ctx, x + 7, y - 6, identity, c);
        }),
      )
    : [];
  return [
    ...beliefs,
    ...(header && mistakesOf(header.events).length
      ? [row("Shot at by mistake", (ctx, x, y) => mark(ctx, x, y, "mistake", 8, c))]
      : []),
    ...kinds.map((k) => row(AREA_WORDS[k], (ctx, x, y) => sampleArea(ctx, x, y, k, c))),
  ];
}

/** What the marks mean; closed until asked for. */
function legend(root: HTMLElement): void {
  const rows = h("ul", { class: "legend" });
  const show = (): void => {
    const c = palette();
    replace(
      rows,
      row("Hostile", shown("hostile-aircraft")),
      row("Friend", shown("friend-aircraft")),
      row("Neutral", shown("neutral-aircraft")),
      row("Unknown", shown("unknown-air")),
      row("Round in flight", (ctx, x, y) => dart(ctx, x, y, 60, c)),
      row("Assigned", (ctx, x, y) => {
        ctx.beginPath();
        ctx.moveTo(x - 13, y + 5);
        ctx.lineTo(x + 13, y - 5);
        ctx.setLineDash([3, 4]);
        ctx.strokeStyle = c.ink;
        ctx.stroke();
      }),
      row("Kill", (ctx, x, y) => mark(ctx, x, y, "kill", 7, c)),
      row("Miss", (ctx, x, y) => mark(ctx, x, y, "miss", 7, c)),
      row("Asset hit", (ctx, x, y) => mark(ctx, x, y, "hit", 7, c)),
      row("Misidentified", (ctx, x, y) => {
        ctx.beginPath();
        ctx.arc(x, y, 10, 0, 7);
        ctx.setLineDash([5, 3]);
        ctx.lineWidth = 2;
        ctx.strokeStyle = c.vermilion;
        ctx.stroke();
      }),
      ...contested(c),
      ...declared(c),
    );
  };
  void symbolsReady().then(show, () => undefined);
  onTheme(show);
  store.on(["replay"], show);
  root.append(h("details", { class: "map-legend" }, h("summary", null, "Legend"), rows));
}

const somewhere = (): Place => ({ lon: 0, lat: 0, height: 0, course: 0, speed: 0, climb: 0 });

/** The note at the pointer. */
export function tooltip(root: HTMLElement): {
  show(x: number, y: number, moves: DrawnMover | undefined, stands: ReplayPlace | undefined): void;
  hide(): void;
} {
  const box = h("div", { class: "map-tip", hidden: true, "aria-hidden": "true" });
  root.append(box);
  const p = somewhere();
  const described = (e: DrawnMover): (Node | string)[] => {
    const { replay, time, units: u } = store.get();
    if (!replay?.position(e.index, time, p)) return [];
    const identity = identityAt(e.mover, time);
    const what = [e.mover.side, e.mover.class].filter(Boolean).join(" ");
    return [
      h("strong", null, name(e.mover.name, 60)),
      h(
        "div",
        null,
        [what, e.jams ? "radiates noise" : "", identity ? `believed ${identity}` : ""].filter(Boolean).join(" · ") ||
          e.mover.kind,
      ),
      h("div", null, `${units.height(p.height, u)} · ${units.speed(p.speed, u)} · ${units.bearing(p.course)}`),
    ];
  };
  const standing = (stands: ReplayPlace): string => {
    const { replay, time } = store.get();
    return [stands.kind, replay ? silentWords(replay.header, stands, time) : ""].filter(Boolean).join(" · ");
  };
  return {
    show(x, y, moves, stands) {
      const lines = moves
        ? described(moves)
        : stands
          ? [h("strong", null, name(stands.name, 60)), h("div", null, standing(stands))]
          : [];
      box.hidden = !lines.length;
      if (!lines.length) return;
      replace(box, ...lines);
      const room = root.getBoundingClientRect();
      box.style.left = `${Math.min(x + 16, room.width - box.offsetWidth - 8)}px`;
      box.style.top = `${Math.min(y + 14, room.height - box.offsetHeight - 8)}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
}
