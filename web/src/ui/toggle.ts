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
