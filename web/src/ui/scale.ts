// Steps of rulers and axes, and long distributions in few bars.

/** Round steps for a ruler: 1, 2 or 5 times a power of ten, at most `most` of them in `span`. */
export function step(span: number, most: number): number {
  if (!(span > 0)) return 1;
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

/** The largest of 1, 2 or 5 times a power of ten that is not above `x`. */
export function roundDown(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  const lead = x / power;
  return Number((power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1)).toPrecision(2));
}

const TIME_STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]; // s

/** Steps of a time axis (s) as clocks are read, at most `most` of them in `span` s. */
export function timeStep(span: number, most: number): number {
  const longest = TIME_STEPS[TIME_STEPS.length - 1];
  return TIME_STEPS.find((k) => span / k <= most) ?? longest * Math.ceil(span / longest / most);
}

/** Neighbors of a long distribution taken together, so that at most `most` bars stand. */
export function bins<T>(rows: readonly T[], most: number, join: (group: readonly T[]) => T): T[] {
  const each = Math.ceil(rows.length / most);
  if (each <= 1) return [...rows];
  const out: T[] = [];
  for (let i = 0; i < rows.length; i += each) out.push(join(rows.slice(i, i + each)));
  return out;
}
