// Small pictures drawn once and copied often: symbols and labels.

import { SYMBOLS } from "../symbols.generated";
import { type Context2D, context2d } from "../ui/canvas";
import { truncateMiddle } from "../ui/dom";

/** A picture; sizes in CSS px, x, y its anchor. */
export interface Sprite {
  canvas: HTMLCanvasElement;
  width: number;
  height: number;
  x: number;
  y: number;
}

const UNIT = 200; // milsymbol draws a symbol of size s on a square of 200 units, its place at (100, 100)

/** Where a symbol's place is in its own units: the middle of the frame, the foot of a staff. */
const anchorOf = (name: string): [number, number] => (name === "friend-post" ? [25, 250] : [100, 100]);

const ratio = (): number => Math.max(1, Math.min(3, window.devicePixelRatio || 1));

function load(svg: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("a symbol cannot be drawn"));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}

const symbols = new Map<string, Sprite>();
let loading: Promise<void> | null = null;

async function draw(name: string, svg: string, size: number): Promise<void> {
  const image = await load(svg);
  const box = /viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"/.exec(svg);
  const [left, top, wide, tall] = box ? box.slice(1).map(Number) : [0, 0, UNIT, UNIT];
  const scale = size / 152; // CSS px a unit: a hostile diamond is about `size` high
  const canvas = document.createElement("canvas");
  const r = ratio();
  canvas.width = Math.ceil(wide * scale * r);
  canvas.height = Math.ceil(tall * scale * r);
  context2d(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  const [x, y] = anchorOf(name);
  symbols.set(name, { canvas, width: wide * scale, height: tall * scale, x: (x - left) * scale, y: (y - top) * scale });
}

const SMALL_SYMBOLS = new Set(["friend-launcher", "friend-radar", "friend-post"]);

/** Draw all symbols; the same promise for whoever asks. */
export function symbolsReady(): Promise<void> {
  loading ??= Promise.all(Object.entries(SYMBOLS).map(([n, svg]) => draw(n, svg, SMALL_SYMBOLS.has(n) ? 24 : 28))).then(
    () => undefined,
  );
  return loading;
}

/** A symbol by name, or the plain one of its identity; undefined before they are drawn. */
export function symbol(name: string): Sprite | undefined {
  return symbols.get(name) ?? symbols.get(`${name.split("-")[0]}-air`) ?? symbols.get("unknown-air");
}

const labels = new Map<string, Sprite>();
const MAX_LABELS = 4000;
const MAX_LABEL_LENGTH = 36;
let ruler: Context2D | null = null; // for the width of texts

/** A text with a halo. */
export function label(text: string, color: string, halo: string, size = 11.5, bold = false): Sprite {
  const key = `${size}${bold ? "b" : ""}|${color}|${halo}|${text}`;
  let made = labels.get(key);
  if (made) return made;
  if (labels.size > MAX_LABELS) labels.clear();
  const font = `${bold ? "600 " : ""}${size}px system-ui, "Segoe UI", "DejaVu Sans", sans-serif`;
  const lines = text.split("\n").map((line) => truncateMiddle(line, MAX_LABEL_LENGTH));
  ruler ??= context2d(document.createElement("canvas"));
  ruler.font = font;
  let widest = 0;
  for (const line of lines) widest = Math.max(widest, ruler.measureText(line).width);
  const width = Math.ceil(widest) + 6;
  const height = Math.ceil(lines.length * size * 1.2) + 4;
  const canvas = document.createElement("canvas");
  const r = ratio();
  canvas.width = width * r;
  canvas.height = height * r;
  const context = context2d(canvas);
  context.scale(r, r);
  context.font = font;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  lines.forEach((line, k) => {
    const y = 2 + size * 1.2 * (k + 0.5);
    context.strokeStyle = halo;
    context.lineWidth = 3;
    context.strokeText(line, 3, y);
    context.fillStyle = color;
    context.fillText(line, 3, y);
  });
  made = { canvas, width, height, x: 0, y: 0 };
  labels.set(key, made);
  return made;
}

/** Copy a sprite with its anchor at x, y. */
export function put(context: Context2D, sprite: Sprite, x: number, y: number): void {
  context.drawImage(sprite.canvas, Math.round(x - sprite.x), Math.round(y - sprite.y), sprite.width, sprite.height);
}

/** Forget the pictures: the screen's pixels changed. */
export function forget(): void {
  labels.clear();
}
