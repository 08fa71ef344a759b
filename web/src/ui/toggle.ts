// A button that shows and hides the table of a picture.

import { h } from "./dom";

/** "As a table": shows and hides `panel` (which has an id); `opened` fills it. */
export function tableToggle(panel: HTMLElement, opened: () => void): HTMLButtonElement {
  const button = h(
    "button",
    {
      type: "button",
      "aria-expanded": "false",
      "aria-controls": panel.id,
      onclick: () => {
        panel.hidden = !panel.hidden;
        button.setAttribute("aria-expanded", String(!panel.hidden));
        opened();
      },
    },
    "As a table",
  );
  return button;
}

/** Call `f` soon, and once for all calls until then. */
export function throttle(f: () => void, milliseconds: number): () => void {
  let due = 0;
  return () => {
    if (!due)
      due = window.setTimeout(() => {
        due = 0;
        f();
      }, milliseconds);
  };
}
