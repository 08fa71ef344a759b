// What moves, as it was drawn last.

import type { Mover } from "../contract";

export interface DrawnMover {
  index: number;
  mover: Mover;
  x: number;
  y: number;
  identity: string;
  wrong: boolean;
  jams: boolean; // radiates noise now
}
