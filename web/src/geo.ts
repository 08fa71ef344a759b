// Geometry for the eye: great circles on a mean sphere, web-mercator, and rays over an earth of 4/3 radius.

const RAD = Math.PI / 180;
export const EARTH = 6_371_008.8; // m, mean radius
export const EFFECTIVE_EARTH = (EARTH * 4) / 3; // m, the radius on which radar rays are straight (standard refraction)
export const MERCATOR = 6_378_137; // m, radius of web-mercator

export type LonLat = readonly [number, number]; // lon, lat, degrees

/** Great-circle distance, m. */
export function distance(a: LonLat, b: LonLat): number {
  const x = Math.sin(((b[1] - a[1]) * RAD) / 2);
  const y = Math.sin(((b[0] - a[0]) * RAD) / 2);
  const q = x * x + Math.cos(a[1] * RAD) * Math.cos(b[1] * RAD) * y * y;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(q)));
}

/** Bearing from a to b at a, degrees from north. */
export function bearing(a: LonLat, b: LonLat): number {
  const dlon = (b[0] - a[0]) * RAD;
  const y = Math.sin(dlon) * Math.cos(b[1] * RAD);
  const x = Math.cos(a[1] * RAD) * Math.sin(b[1] * RAD) - Math.sin(a[1] * RAD) * Math.cos(b[1] * RAD) * Math.cos(dlon);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/** The point at a distance (m) and bearing (degrees) from a, its longitude near a's. */
export function destination(a: LonLat, azimuth: number, meters: number): [number, number] {
  const d = meters / EARTH;
  const lat = Math.asin(
    Math.sin(a[1] * RAD) * Math.cos(d) + Math.cos(a[1] * RAD) * Math.sin(d) * Math.cos(azimuth * RAD),
  );
  const y = Math.sin(azimuth * RAD) * Math.sin(d) * Math.cos(a[1] * RAD);
  const x = Math.cos(d) - Math.sin(a[1] * RAD) * Math.sin(lat);
  return [a[0] + Math.atan2(y, x) / RAD, lat / RAD];
}

/** Points of the great circle from a to b, for drawing. */
export function greatCircle(a: LonLat, b: LonLat): [number, number][] {
  const far = distance(a, b);
  const legs = Math.max(1, Math.min(64, Math.ceil(far / 20_000)));
  const azimuth = bearing(a, b);
  return Array.from({ length: legs + 1 }, (_, k) =>
    k === legs ? [b[0], b[1]] : destination(a, azimuth, (far * k) / legs),
  );
}

export const mercatorX = (lon: number): number => lon * RAD * MERCATOR;
export function mercatorY(lat: number): number {
  const bounded = Math.max(-85.06, Math.min(85.06, lat));
  return Math.log(Math.tan(Math.PI / 4 + (bounded * RAD) / 2)) * MERCATOR;
}
export const lonOf = (x: number): number => x / MERCATOR / RAD;
export const latOf = (y: number): number => (2 * Math.atan(Math.exp(y / MERCATOR)) - Math.PI / 2) / RAD;

/** Height (m) at `d` m of a ray that leaves `from` m at an elevation (degrees), over the 4/3 earth. */
export const rayHeight = (from: number, elevation: number, d: number): number =>
  from + d * Math.tan(elevation * RAD) + (d * d) / (2 * EFFECTIVE_EARTH);

/**
 * Distance (m) from which a target at height `h` is hidden below a horizon at an elevation (degrees) seen from `from`
 * m.
 */
export function maskedBeyond(from: number, elevation: number, h: number): number {
  const slope = Math.tan(elevation * RAD);
  const q = slope * slope + (2 * (h - from)) / EFFECTIVE_EARTH;
  return q <= 0 ? 0 : Math.max(0, EFFECTIVE_EARTH * (-slope + Math.sqrt(q)));
}

/** A mask's elevation (degrees) at an azimuth, between its whole degrees; NaN if there is no mask. */
export function maskElevation(mask: readonly number[], azimuth: number): number {
  if (!mask.length) return NaN;
  const at = ((((azimuth % 360) + 360) % 360) * mask.length) / 360;
  const k = Math.floor(at) % mask.length;
  return mask[k] + (at - Math.floor(at)) * (mask[(k + 1) % mask.length] - mask[k]);
}

/** Width of a sector from-to (clockwise), degrees; from and to the same is all round. */
export const sectorSpan = (sector: readonly [number, number]): number => (sector[1] - sector[0] + 360) % 360 || 360;

/** Is an azimuth within a sector from-to (clockwise); null is all round. */
export function inSector(sector: readonly [number, number] | null, azimuth: number): boolean {
  if (!sector) return true;
  return (azimuth - sector[0] + 720) % 360 <= sectorSpan(sector);
}

/** Distances (m) at which rings around `from` are crossed along a bearing, near to far. */
export function crossings(rings: readonly (readonly (readonly number[])[])[], from: LonLat, azimuth: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    let before: [number, number] | null = null;
    for (const p of ring) {
      const at: LonLat = [p[0], p[1]];
      const far = distance(from, at);
      const turn = (bearing(from, at) - azimuth) * RAD;
      const here: [number, number] = [far * Math.sin(turn), far * Math.cos(turn)]; // across, along
      if (before && before[0] > 0 !== here[0] > 0) {
        const part = before[0] / (before[0] - here[0]);
        const along = before[1] + part * (here[1] - before[1]);
        if (along > 0) found.push(along);
      }
      before = here;
    }
  }
  return found.sort((a, b) => a - b);
}
