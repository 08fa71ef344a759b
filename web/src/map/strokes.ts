// Lines in web-mercator drawn on the map's canvas.

import type { Context2D } from "../ui/canvas";
import type { Line } from "./lines";
import type { Viewport } from "./viewport";

/** Add a line to the path. */
export function trace(ctx: Context2D, frame: Viewport, line: Line): void {
  for (let k = 0; k < line.length; k += 2) {
    if (k) ctx.lineTo(frame.px(line[k]), frame.py(line[k + 1]));
    else ctx.moveTo(frame.px(line[k]), frame.py(line[k + 1]));
  }
}

export function stroke(
  ctx: Context2D,
  frame: Viewport,
  lines: readonly Line[],
  color: string,
  width: number,
  dash: readonly number[] = [],
): void {
  ctx.beginPath();
  for (const line of lines) trace(ctx, frame, line);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.setLineDash(dash as number[]);
  ctx.stroke();
  ctx.setLineDash([]);
}
