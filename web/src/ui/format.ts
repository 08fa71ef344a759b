// Numbers with their intervals, as the report writes them.

import type { Finding } from "../contract";

const DASH = "–";

const EXACT = 40; // decimals that tell a tie from what is near one

/** So many decimals, thousands apart; a tie goes to the even digit, so that the page rounds as the report does. */
function decimals(value: number, places: number): string {
  let text = value.toFixed(places); // exact, and a tie away from zero
  const tie = /^50*$/.test(value.toFixed(EXACT).slice(places - EXACT));
  const last = Number(text.slice(-1));
  if (tie && last % 2) text = `${text.slice(0, -1)}${last - 1}`;
  const [whole, part] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${grouped}.${part}` : grouped;
}

/** Three significant digits, thousands apart, a true minus; a dash for none. `width`: of an interval that it is an end
 * of (0 for none); nothing finer than three digits of it is told. */
export function number(value: number | null | undefined, digits = 3, width = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return DASH;
  if (!Number.isFinite(value)) return value > 0 ? "never" : "−∞";
  if (value === 0) return "0";
  const fine = width > 0 && Number.isFinite(width) ? Math.max(0, 2 - Math.floor(Math.log10(width))) : 8;
  const places = Math.min(8, fine, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
  const fixed = decimals(value, places);
  const text = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  return /^-?0$/.test(text) ? "0" : text.replace("-", "−");
}

/** A whole number, thousands apart. */
export const count = (value: number): string => number(value, 15);

/** A share as per cent, one decimal where it is small or nearly all. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return DASH;
  const p = 100 * share;
  const fine = (Math.abs(p) > 0 && Math.abs(p) < 9.95) || (p > 90.05 && p < 100);
  if (p > 0 && p < 0.05) return "< 0.1 %";
  const text = decimals(p, fine ? 1 : 0).replace("-", "−");
  return `${/^−0(\.0)?$/.test(text) ? "0" : text} %`;
}

/** Is a finding's value a share of replications or flights? */
export const isShare = (unit: string): boolean => unit === "share" || unit === "1" || unit === "fraction";

/** A value with its unit; `sign`: a plus before what is more (for differences; of shares in points). */
export function quantity(value: number | null | undefined, unit: string, sign = false, width = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return DASH;
  let text: string;
  if (isShare(unit)) text = sign ? `${percent(value).replace(" %", "")} points` : percent(value);
  else if (unit === "%") text = `${number(value, 3, width)} %`;
  else text = unit === "s" ? `${number(value, 3, width)} s` : number(value, 3, width);
  return sign && value > 0 && !text.startsWith("0 ") && text !== "0" ? `+${text}` : text;
}

export function interval(
  low: number | null | undefined,
  high: number | null | undefined,
  unit: string,
  sign = false,
): string {
  if (low === null || high === null || low === undefined || high === undefined) return DASH;
  const bare = (x: number): string => quantity(x, unit, sign, high - low).replace(/ (%|s|points)$/, "");
  const tail = isShare(unit) ? (sign ? " points" : " %") : unit === "s" ? " s" : unit === "%" ? " %" : "";
  return `[${bare(low)}, ${bare(high)}]${tail}`;
}

export const findingValue = (f: Finding, sign = false): string => quantity(f.value, f.unit, sign);
export const findingInterval = (f: Finding, sign = false): string => interval(f.low, f.high, f.unit, sign);

export const plural = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;

export const capitalize = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A name for where there is no element of its own to hold its direction: an option, a title. */
export const isolate = (text: string): string => `\u2068${text}\u2069`;

/** A code as words. */
export const plainWords = (code: string): string => code.replaceAll("_", " ").toLowerCase();

/** A time of the replay as the report writes it: T+mm:ss. */
export function moment(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "never";
  const whole = Math.round(seconds);
  return `T+${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
