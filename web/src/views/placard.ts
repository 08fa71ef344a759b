// The limits of what is shown: the scope always in sight, the rest a press away.

import { store } from "../store";
import { h, name, replace } from "../ui/dom";
import { plural } from "../ui/format";

const MORE = "placard-more";

export function placard(root: HTMLElement): void {
  const scope = h("p", { class: "placard-scope" });
  const more = h("ul", { id: MORE, class: "placard-more", hidden: true });
  const toggle = h("button", { type: "button", class: "plain small", "aria-expanded": "false", "aria-controls": MORE });
  let rest = 0;
  const show = (open: boolean): void => {
    more.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Fewer" : `${plural(rest, "more limit", "more limits")}`;
  };
  toggle.addEventListener("click", () => show(more.hidden !== false));
  root.append(
    h(
      "div",
      { class: "placard", role: "region", "aria-label": "Limits of what is shown" },
      h("div", { class: "placard-line" }, scope, toggle),
      more,
    ),
  );
  store.on(["run", "replay"], (s) => {
    const points = s.replay?.header.placard ?? s.run?.placard ?? [];
    const warnings = s.run?.warnings ?? [];
    const all = [...points.slice(1), ...warnings.filter((w) => !points.includes(w))];
    replace(scope, name(points[0] ?? "Analysis, teaching and wargaming only.", 600));
    replace(more, ...all.map((p) => h("li", null, name(p, 1200))));
    rest = all.length;
    toggle.hidden = !rest;
    show(more.hidden === false && rest > 0);
  });
}
