// A label beside a point, where there is room.

import type { Context2D } from "../ui/canvas";
import { put, type Sprite } from "./sprites";
import { type LabelBoxes, labelCorner, SIDES, type Viewport } from "./viewport";

/** Put a label on the first free side of a point; false if none is. */
export function placeLabel(
  ctx: Context2D,
  sprite: Sprite,
  x: number,
  y: number,
  gap: number,
  frame: Viewport,
  taken: LabelBoxes,
  sides = SIDES.length,
): boolean {
  for (const side of SIDES.slice(0, sides)) {
    const [left, top] = labelCorner(side, x, y, sprite.width, sprite.height, gap);
    if (left < 0 || top < 0 || left + sprite.width > frame.width || top + sprite.height > frame.height) continue;
    if (!taken.claim(left, top, sprite.width, sprite.height)) continue;
    put(ctx, sprite, left, top);
    return true;
  }
  return false;
}
