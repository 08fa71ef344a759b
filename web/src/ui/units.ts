// Numbers for reading: metric or aviation units, clock times, coordinates.

export type Units = "metric" | "aviation";

const METERS_PER_FOOT = 0.3048;
const METERS_PER_MILE = 1852;
const KNOT = METERS_PER_MILE / 3600;

const grouped = (x: number, digits = 0): string =>
  x.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A length over ground: km or nautical miles. */
export function distance(meters: number, units: Units): string {
  if (!Number.isFinite(meters)) return "–";
  if (units === "aviation") {
    const miles = meters / METERS_PER_MILE;
    return `${grouped(miles, Math.abs(miles) < 100 ? 1 : 0)} NM`;
  }
  if (Math.abs(meters) < 1000) return `${grouped(meters)} m`;
  const km = meters / 1000;
  return `${grouped(km, Math.abs(km) < 100 ? 1 : 0)} km`;
}

/** A height: m or ft, and flight levels above 10,000 ft are left to the scope. */
export function height(meters: number, units: Units): string {
  if (!Number.isFinite(meters)) return "–";
  if (units === "aviation") return `${grouped(Math.round(meters / METERS_PER_FOOT / 10) * 10)} ft`;
  return `${grouped(Math.round(meters))} m`;
}

export function speed(metersPerSecond: number, units: Units): string {
  if (!Number.isFinite(metersPerSecond)) return "–";
  return units === "aviation" ? `${grouped(metersPerSecond / KNOT)} kt` : `${grouped(metersPerSecond)} m/s`;
}

/** Length of one unit of the rulers, m, and its name. */
export const ruler = (units: Units): { meters: number; name: string } =>
  units === "aviation" ? { meters: METERS_PER_MILE, name: "NM" } : { meters: 1000, name: "km" };
export const upright = (units: Units): { meters: number; name: string } =>
  units === "aviation" ? { meters: METERS_PER_FOOT, name: "ft" } : { meters: 1, name: "m" };

/** Level as controllers write it: hundreds of feet, three figures. */
export const level = (meters: number): string =>
  String(Math.max(0, Math.round(meters / METERS_PER_FOOT / 100))).padStart(3, "0");

/** mm:ss, with tenths when `tenths`; hours as more minutes, as on the report. */
export function clock(seconds: number, tenths = false): string {
  if (!Number.isFinite(seconds)) return "–";
  const ticks = Math.round(Math.abs(seconds) * (tenths ? 10 : 1));
  const whole = tenths ? Math.floor(ticks / 10) : ticks;
  const m = String(Math.floor(whole / 60)).padStart(2, "0");
  const sec = String(whole % 60).padStart(2, "0");
  return `${seconds < 0 ? "−" : ""}${m}:${sec}${tenths ? `.${ticks % 10}` : ""}`;
}

export const bearing = (degrees: number): string =>
  `${String(Math.round(((degrees % 360) + 360) % 360) % 360).padStart(3, "0")}°`;

export function coordinates(lon: number, lat: number): string {
  const x = ((((lon + 180) % 360) + 360) % 360) - 180;
  return `${Math.abs(lat).toFixed(4)}° ${lat < 0 ? "S" : "N"} ${Math.abs(x).toFixed(4)}° ${x < 0 ? "W" : "E"}`;
}
