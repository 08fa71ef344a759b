// Colors of the theme for what is drawn on canvas: read from the style sheet, read again when the theme changes.

const NAMES = [
  "ink",
  "muted",
  "rule",
  "paper",
  "page",
  "accent",
  "raised",
  "hostile",
  "friend",
  "neutral",
  "unknown",
  "blue",
  "vermilion",
  "green",
  "orange",
  "sky",
  "pink",
  "yellow",
  "noise",
  "halo",
  "sea",
  "shade",
] as const;

export type Colors = Record<(typeof NAMES)[number], string> & { dark: boolean };

let colors: Colors | null = null;
const listeners = new Set<() => void>();

export function palette(): Colors {
  if (!colors) {
    const style = getComputedStyle(document.documentElement);
    const read = Object.fromEntries(NAMES.map((n) => [n, style.getPropertyValue(`--${n}`).trim()]));
    colors = { ...read, dark: document.documentElement.dataset.theme === "dark" } as Colors;
  }
  return colors;
}

document.addEventListener("themechange", () => {
  colors = null;
  for (const f of listeners) f();
});

/** Call `f` whenever the theme changes. */
export function onTheme(f: () => void): void {
  listeners.add(f);
}

/** Colors of heights in coverage layers, low to high: distinct in lightness too. */
export const heightColor = (c: Colors, k: number): string => [c.vermilion, c.orange, c.green, c.blue, c.pink][k % 5];
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3], [1, 4]];

export const sideColor = (c: Colors, side: string): string =>
  side === "hostile" || side === "suspect"
    ? c.hostile
    : side === "friend" || side === "assumed friend"
      ? c.friend
      : side === "neutral"
        ? c.neutral
        : c.unknown;
