// Drawing on canvas: the context, and a canvas at the screen's own pixels.

export type Context2D = CanvasRenderingContext2D;

/** The 2D context of a canvas; every browser that runs the viewer has one. */
export function context2d(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings): Context2D {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("this browser draws no canvas");
  return context;
}

/**
 * The context of a canvas of a CSS size, at the screen's own pixels; drawn by the processor, which is faster where
 * there is no GPU.
 */
export function sized(canvas: HTMLCanvasElement, width: number, height: number): Context2D {
  const ratio = window.devicePixelRatio || 1;
  const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== t) {
    canvas.width = w;
    canvas.height = t;
  }
  const context = context2d(canvas, { willReadFrequently: true });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
