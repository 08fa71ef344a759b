// The map: a view of OpenLayers with one layer of two canvases, what stands and what moves.

import { defaults as interactions } from "ol/interaction/defaults.js";
import Layer from "ol/layer/Layer.js";
import type { FrameState } from "ol/Map.js";
import OLMap from "ol/Map.js";
import View from "ol/View.js";
import { meter } from "../clock";
import type { Replay } from "../decode";
import { mercatorX, mercatorY } from "../geo";
import { aim, coverage, firstChoice } from "../map/choice";
import { chooser } from "../map/chooser";
import { mapControls, tooltip } from "../map/controls";
import { list } from "../map/list";
import { Measure } from "../map/measure";
import { MovingLayer } from "../map/moving";
import { forget, symbolsReady } from "../map/sprites";
import { StaticLayer } from "../map/static";
import { LabelBoxes, Viewport } from "../map/viewport";
import { actions, report, store } from "../store";
import { onTheme, palette } from "../theme";
import { sized } from "../ui/canvas";
import { h, reducedMotion } from "../ui/dom";

const CLICK_RADIUS = 16; // px around the pointer
const MIN_RESOLUTION = 4; // m a px: nearer shows nothing more

function canvasOn(root: HTMLElement): HTMLCanvasElement {
  const canvas = h("canvas", { class: "map-canvas", "aria-hidden": "true" });
  root.append(canvas);
  return canvas;
}

/** The one layer: OpenLayers asks for it when the view changes; time asks for what moves alone. */
class CanvasLayer extends Layer {
  readonly element = h("div", { class: "map-painted" });
  private readonly below = canvasOn(this.element);
  private readonly above = canvasOn(this.element);
  frame: Viewport | null = null;
  ground: StaticLayer | null = null;
  moving: MovingLayer | null = null;
  measure: Measure | null = null;
  private stale = true;
  private standing = new LabelBoxes(); // of what stands: names of what moves keep clear of them
  private key = "";
  onFrame: (f: Viewport) => void = () => undefined;

  constructor() {
    super({});
  }

  override getSourceState(): "ready" {
    return "ready";
  }

  override render(state: FrameState | null): HTMLElement {
    if (!state) return this.element;
    const { center, resolution } = state.viewState;
    const [width, height] = state.size;
    const f = this.frame;
    if (
      this.stale ||
      !f ||
      f.x !== center[0] ||
      f.y !== center[1] ||
      f.resolution !== resolution ||
      f.width !== width ||
      f.height !== height
    ) {
      this.frame = new Viewport(center[0], center[1], resolution, width, height);
      this.paintBelow();
      this.onFrame(this.frame);
    }
    this.paintAbove();
    return this.element;
  }

  /** What stands changed: paint it at the next frame. */
  again(): void {
    this.stale = true;
    this.changed();
  }

  /** All of it at once, without waiting for a frame: a page about to be printed has none. */
  now(): void {
    this.paintBelow();
    this.above.width = 0; // a new canvas instead of a cleared one: clearing prints as white paper
    this.paintAbove();
  }

  private paintBelow(): void {
    if (!this.frame) return;
    this.stale = false;
    const ctx = sized(this.below, this.frame.width, this.frame.height);
    this.standing = new LabelBoxes();
    if (this.ground) this.ground.paint(ctx, this.frame, store.get(), palette(), this.standing);
    else {
      ctx.fillStyle = palette().sea;
      ctx.fillRect(0, 0, this.frame.width, this.frame.height);
    }
  }

  paintAbove(): void {
    const f = this.frame;
    if (!f) return;
    const key = this.ground?.key(store.get().time) ?? "";
    if (key !== this.key) {
      this.key = key;
      this.paintBelow();
    }
    const blank = this.above.width === 0;
    const ctx = sized(this.above, f.width, f.height);
    if (!blank) ctx.clearRect(0, 0, f.width, f.height);
    this.moving?.paint(ctx, f, store.get(), palette(), new LabelBoxes(this.standing));
    this.measure?.paint(ctx, f, palette());
    if (this.moving) {
      meter.frames++;
      if (!meter.first) {
        meter.first = performance.now();
        performance.mark("openiads:first-frame");
      }
    }
  }
}

function showAll(view: View, replay: Replay, size: number[] | undefined): void {
  const { west, south, east, north } = replay.header.window;
  const extent = [mercatorX(west), mercatorY(south), mercatorX(east), mercatorY(north)];
  view.fit(extent, { size: size as [number, number] | undefined, duration: 0 });
}

function moveBy(view: View, dx: number, dy: number): void {
  const at = view.getCenter();
  const r = view.getResolution();
  if (!at || !r) return;
  const center = [at[0] + dx * r, at[1] + dy * r];
  if (reducedMotion()) view.setCenter(center);
  else view.animate({ center, duration: 120 });
}

function zoomBy(view: View, by: number): void {
  const zoom = (view.getZoom() ?? 6) + by;
  if (reducedMotion()) view.setZoom(zoom);
  else view.animate({ zoom, duration: 150 });
}

/** Show a replay's map in `root`. */
export function map(root: HTMLElement): void {
  const place = h("div", {
    class: "map-view",
    tabindex: 0,
    role: "application",
    "aria-label":
      "Map. Arrow keys move it, plus and minus zoom, Enter chooses what is under the cross, f shows all, m measures.",
  });
  const cross = h("div", { class: "map-cross", "aria-hidden": "true" });
  root.append(place, cross);
  const layer = new CanvasLayer();
  const view = new View({
    center: [0, 0],
    resolution: 1000,
    minResolution: MIN_RESOLUTION,
    maxResolution: 40_000,
    enableRotation: false,
    constrainResolution: false,
  });
  const ol = new OLMap({
    target: place,
    layers: [layer],
    view,
    controls: [],
    interactions: interactions({
      altShiftDragRotate: false,
      pinchRotate: false,
      keyboard: false,
      doubleClickZoom: false,
      zoomDuration: reducedMotion() ? 0 : 150,
    }),
  });
  const measure = new Measure(() => layer.paintAbove());
  layer.measure = measure;
  const furniture = mapControls(root, { zoom: (by) => zoomBy(view, by), whole: () => whole(), measure });
  chooser(root);
  list(
    root,
    () => layer.moving,
    (lon, lat) => view.setCenter([mercatorX(lon), mercatorY(lat)]),
  );
  const tip = tooltip(root);
  layer.onFrame = (f) => {
    furniture.scale(f);
    if (measure.active && measure.byKeys) measure.lead(f.lonLat(f.width / 2, f.height / 2));
  };
  const whole = (): void => {
    const { replay } = store.get();
    if (replay) showAll(view, replay, ol.getSize());
  };

  store.on(["replay"], ({ replay }) => {
    layer.ground = replay && new StaticLayer(replay, () => layer.again());
    layer.moving = replay && new MovingLayer(replay);
    if (replay) {
      measure.clear();
      whole();
    }
    layer.again();
  });
  store.on(["backdrop"], ({ backdrop }) => {
    if (!backdrop) return;
    firstChoice(backdrop);
    void layer.ground?.loadRelief();
  });
  const repaint = (): void => layer.again();
  store.on(["layers", "unit", "units"], repaint);
  store.on(["time", "world", "flight", "radar"], () => {
    if (store.get().page === "replay") layer.paintAbove();
  });
  store.on(["page"], ({ page }) => {
    if (page === "replay") requestAnimationFrame(() => ol.updateSize());
  });
  coverage.on(repaint);
  aim.on(repaint);
  onTheme(() => {
    forget();
    layer.now();
  });
  symbolsReady().then(repaint, report);
  new ResizeObserver(() => {
    const before = layer.frame;
    ol.updateSize();
    if (!before || before.width < 2) whole();
  }).observe(place);

  pointer(place, layer, measure, furniture.cursor, tip);
  keys(place, view, layer, measure, whole);
}

type Cursor = (f: Viewport | null, x: number, y: number) => void;
type Tip = ReturnType<typeof tooltip>;

function choose(layer: CanvasLayer, x: number, y: number): void {
  const found = layer.moving?.near(x, y, CLICK_RADIUS);
  if (found && layer.moving) {
    const carried = store.get().replay?.header.radars.find((r) => r.ship === found.mover.id);
    if (carried) {
      actions.selectRadar(carried.row);
      return;
    }
    const row = found.mover.kind === "round" ? found.mover.flight : layer.moving.follows[found.index];
    actions.selectFlight(row >= 0 ? row : null);
    return;
  }
  const stands = layer.ground?.near(x, y, CLICK_RADIUS);
  if (stands?.kind === "fire unit") actions.selectUnit(Number(stands.id.split("/")[1]));
  else if (stands?.kind === "radar") actions.selectRadar(Number(stands.id.split("/")[1]));
  else if (!stands) actions.selectFlight(null);
}

function pointer(place: HTMLElement, layer: CanvasLayer, measure: Measure, cursor: Cursor, tip: Tip): void {
  const at = (e: MouseEvent): [number, number] => {
    const box = place.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  let pressed: [number, number] | null = null;
  place.addEventListener("pointerdown", (e) => {
    pressed = at(e);
    tip.hide();
  });
  place.addEventListener("pointermove", (e) => {
    const [x, y] = at(e);
    cursor(layer.frame, x, y);
    measure.byKeys = false;
    if (measure.active && layer.frame) {
      measure.lead(layer.frame.lonLat(x, y));
      return;
    }
    if (e.buttons) return;
    const found = layer.moving?.near(x, y, CLICK_RADIUS);
    const stands = found ? undefined : layer.ground?.near(x, y, CLICK_RADIUS);
    place.style.cursor = found || stands ? "pointer" : "";
    tip.show(x, y, found, stands);
  });
  place.addEventListener("pointerleave", () => {
    cursor(null, 0, 0);
    tip.hide();
  });
  place.addEventListener("click", (e) => {
    const [x, y] = at(e);
    if (pressed && Math.hypot(x - pressed[0], y - pressed[1]) > 5) return; // it was a drag
    if (measure.active && layer.frame) measure.add(layer.frame.lonLat(x, y));
    else choose(layer, x, y);
  });
}

function keys(place: HTMLElement, view: View, layer: CanvasLayer, measure: Measure, whole: () => void): void {
  const step = 80;
  const acts: Record<string, () => void> = {
    ArrowLeft: () => moveBy(view, -step, 0),
    ArrowRight: () => moveBy(view, step, 0),
    ArrowUp: () => moveBy(view, 0, step),
    ArrowDown: () => moveBy(view, 0, -step),
    "+": () => zoomBy(view, 1),
    "=": () => zoomBy(view, 1),
    "-": () => zoomBy(view, -1),
    Enter: () => {
      const f = layer.frame;
      if (!f) return;
      if (measure.active) measure.add(f.lonLat(f.width / 2, f.height / 2));
      else choose(layer, f.width / 2, f.height / 2);
    },
  };
  place.addEventListener("keydown", (e) => {
    const act = e.ctrlKey || e.metaKey || e.altKey ? undefined : acts[e.key];
    if (act) act();
    else if (e.key === "Escape" && measure.active) measure.stop();
    else return;
    e.preventDefault();
    e.stopPropagation();
    measure.byKeys = true;
  });
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || store.get().page !== "replay") return;
    if (e.target instanceof HTMLElement && e.target.closest("input, select, textarea, dialog")) return;
    if (e.key === "f") whole();
    else if (e.key === "m") {
      measure.toggle();
      place.focus();
    } else if (e.key === "Escape" && measure.active) measure.stop();
    else return;
    e.preventDefault();
  });
}
