// The clock of the replay: moves the state's time on while it plays, one step a drawn frame.

import { type actions, store } from "./store";

const MAX_STEP = 0.25; // s of wall time: after a pause of the page the replay goes on from where it was

/** Frames drawn since the page came up, and when the first one was: what `make bench-web` reads. */
export const meter = { frames: 0, first: 0 };

declare global {
  interface Window {
    __openiads: { frames: number; first: number; store: typeof store; actions: typeof actions };
  }
}

export function startClock(): void {
  let before = 0;
  let last = 0;
  const tick = (now: number): void => {
    const s = store.get();
    if (s.playing && s.replay) {
      const dt = before ? Math.min((now - before) / 1000, MAX_STEP) : 0;
      const t = s.time + dt * s.speed;
      const end = s.replay.header.duration;
      store.set(t >= end ? { time: end, playing: false } : { time: t });
      before = now;
    } else {
      before = 0;
    }
    last = store.get().playing ? requestAnimationFrame(tick) : 0;
  };
  store.on(["playing"], (s) => {
    if (s.playing && !last) last = requestAnimationFrame(tick);
  });
}
