// The keyboard map and how to read the page, in a dialog.

import { source } from "../source";
import { store } from "../store";
import { h } from "../ui/dom";
import { KEYS } from "../ui/keys";

const SERVED = new Set(["Compare", "What if"]); // pages that a one-file replay has not
const GROUPS = ["Time", "Pages and panels", "View", "Map", "Lists"] as const;

const READING: [string, string][] = [
  [
    "Frames",
    "A diamond is hostile, a rectangle friendly, a square neutral, a quatrefoil not identified; color repeats it.",
  ],
  [
    "Truth and belief",
    "Truth shows what flies; belief shows what the command posts take it for. What is misidentified is outlined.",
  ],
  [
    "Kill chain",
    "A lane's color is the furthest stage reached, so a long stretch is a wait for the next one. " +
      "Strokes are launches, dots kills, crosses misses.",
  ],
  [
    "Jamming and silence",
    "Waves stand beside what radiates noise, a line from a radar is the bearing of a jammer that it does not see. " +
      "A broken ring is a radar that emission control keeps silent.",
  ],
  [
    "Intervals",
    "Figures in brackets are 95 % intervals of sampling variability at these parameters; " +
      "they say nothing about uncertainty in the parameters.",
  ],
];

function keysOf(group: string): HTMLElement {
  const rows = KEYS.filter((k) => k.group === group && !(source.embedded && SERVED.has(k.does))).map((k) =>
    h("tr", null, h("th", { scope: "row" }, h("kbd", null, k.keys)), h("td", null, k.does)),
  );
  return h("section", null, h("h3", null, group), h("table", null, h("tbody", null, ...rows)));
}

export function help(root: HTMLElement): void {
  const close = (): void => store.set({ help: false });
  const dialog = h(
    "dialog",
    { class: "dialog help", "aria-labelledby": "help-title" },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "help-title" }, "Keyboard and help"),
      h("button", { type: "button", class: "plain", "aria-label": "Close the help", onclick: close }, "×"),
    ),
    h(
      "div",
      { class: "dialog-body", tabindex: 0, role: "region", "aria-label": "Keys and their meaning" },
      h("div", { class: "help-keys" }, ...GROUPS.map(keysOf)),
      h(
        "section",
        null,
        h("h3", null, "How to read it"),
        h("dl", null, ...READING.flatMap(([term, meaning]) => [h("dt", null, term), h("dd", null, meaning)])),
      ),
    ),
  );
  root.append(dialog);
  dialog.addEventListener("close", close);
  dialog.addEventListener("click", (e) => {
    if (e.target === dialog) close();
  });
  dialog.addEventListener("keydown", (e) => {
    e.stopPropagation(); // the page behind does not move
    if (e.key === "?") {
      e.preventDefault();
      close();
    }
  });
  store.on(["help"], (s) => {
    if (s.help && !dialog.open) dialog.showModal();
    if (!s.help && dialog.open) dialog.close();
  });
}
