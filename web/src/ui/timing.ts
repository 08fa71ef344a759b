// Calls put off: at most so often, or once there is quiet.

/** Call `f` soon, and once for all calls until then. */
export function throttle(f: () => void, milliseconds: number): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      f();
    }, milliseconds);
  };
}

/** Call `f` once calls have ceased for `milliseconds`. */
export function debounce(f: () => void, milliseconds = 120): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(f, milliseconds);
  };
}
