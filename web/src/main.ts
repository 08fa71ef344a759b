// The page: its frame, its views, and what is loaded first.

import "./panels.css";
import { meter, startClock } from "./clock";
import { source } from "./source";
import { actions, type Page, report, type State, store, type Tab } from "./store";
import { h, name, replace } from "./ui/dom";
import { listenToKeys, rovingFocus } from "./ui/keys";
import { compare } from "./views/compare";
import { dashboard } from "./views/dashboard";
import { height } from "./views/height";
import { help } from "./views/help";
import { lanes } from "./views/lanes";
import { log } from "./views/log";
import { map } from "./views/map";
import { placard } from "./views/placard";
import { runs } from "./views/runs";
import { scope } from "./views/scope";
import { timeline } from "./views/timeline";
import { whatif } from "./views/whatif";
import { whynot } from "./views/whynot";

type View = (root: HTMLElement) => void;

const PAGES: [Page, string][] = [
  ["replay", "Replay"],
  ["dashboard", "Dashboard"],
  ["compare", "Compare"],
  ["whatif", "What if"],
];
const TABS: [Tab, string, View][] = [
  ["lanes", "Kill chain", lanes],
  ["whynot", "Why not", whynot],
  ["log", "Log", log],
  ["scope", "Scope", scope],
  ["height", "Height", height],
];

/** A view that fails takes only its own place with it. */
function mount(view: View, root: HTMLElement): HTMLElement {
  try {
    view(root);
  } catch (error) {
    report(error);
  }
  return root;
}

/** Tabs with one tab stop; `panels` are shown and hidden by the state. */
function tabs<K extends string>(
  label: string,
  all: [K, string][],
  key: "page" | "tab",
  choose: (k: K) => void,
  className: string,
): HTMLElement {
  const buttons = all.map(([k, text]) =>
    h(
      "button",
      { role: "tab", id: `${key}-${k}`, "aria-controls": `panel-${k}`, type: "button", onclick: () => choose(k) },
      text,
    ),
  );
  const bar = h("div", { role: "tablist", "aria-label": label, class: className }, ...buttons);
  rovingFocus(
    bar,
    () => buttons,
    (b) => b.click(),
  );
  store.on([key], (s) => {
    all.forEach(([k], i) => {
      buttons[i].setAttribute("aria-selected", String(s[key] === k));
      buttons[i].tabIndex = s[key] === k ? 0 : -1;
    });
  });
  return bar;
}

function panel(key: "page" | "tab", k: string, view: View | null, className: string): HTMLElement {
  const root = h("section", { role: "tabpanel", id: `panel-${k}`, "aria-labelledby": `${key}-${k}`, class: className });
  if (view) mount(view, root);
  store.on([key], (s) => {
    root.hidden = s[key] !== k;
  });
  return root;
}

function header(): HTMLElement {
  const question = h("h1");
  const answer = h("p", { class: "answer" });
  store.on(["run"], (s) => {
    replace(question, name(s.run ? s.run.question || s.run.name : "No run is open", 160));
    replace(answer, name((s.run?.answer ?? "").replaceAll(" %", "\u00a0%"), 320));
    document.title = s.run ? `${s.run.name.slice(0, 60)} – openiads` : "openiads viewer";
  });
  const pages = PAGES.filter(([k]) => !source.embedded || k === "replay" || k === "dashboard");
  const chooser = mount(runs, h("div", { class: "chooser" }));
  return h(
    "header",
    { class: "top" },
    h("div", { class: "said" }, question, answer),
    h(
      "div",
      { class: "tools" },
      chooser,
      h(
        "div",
        { class: "tools-row" },
        tabs("Pages", pages, "page", (k) => actions.showPage(k), "pages"),
        unitsSwitch(),
        themeChoice(),
        h(
          "button",
          {
            type: "button",
            class: "plain",
            "aria-label": "? Keyboard and help",
            title: "Keyboard and help (?)",
            onclick: () => store.set({ help: true }),
          },
          "?",
        ),
      ),
    ),
  );
}

function unitsSwitch(): HTMLElement {
  const button = h("button", { type: "button", class: "plain", onclick: () => actions.toggleUnits() });
  store.on(["units"], (s) => {
    const metric = s.units === "metric";
    button.textContent = metric ? "km · m/s" : "NM · kt";
    button.title = `Units: ${metric ? "metric" : "aviation"} (u)`;
    button.setAttribute(
      "aria-label",
      `${button.textContent}: ${metric ? "metric units, switch to aviation" : "aviation units, switch to metric"}`,
    );
  });
  return button;
}

function themeChoice(): HTMLElement {
  const choice = h(
    "select",
    { "aria-label": "Theme", class: "plain", onchange: () => actions.setTheme(choice.value as State["theme"]) },
    h("option", { value: "auto" }, "Auto"),
    h("option", { value: "light" }, "Light"),
    h("option", { value: "dark" }, "Dark"),
  );
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const applyTheme = (shown: "light" | "dark"): void => {
    document.documentElement.dataset.theme = shown;
    document.dispatchEvent(new Event("themechange"));
  };
  const show = (): void => {
    const { theme } = store.get();
    choice.value = theme;
    applyTheme(theme === "auto" ? (dark.matches ? "dark" : "light") : theme);
  };
  dark.addEventListener("change", show);
  window.addEventListener("beforeprint", () => applyTheme("light")); // what is drawn on canvas prints dark otherwise
  window.addEventListener("afterprint", show);
  store.on(["theme"], show);
  return choice;
}

function notices(): HTMLElement {
  const text = h("div");
  const bar = h(
    "div",
    { class: "problem", role: "alert", hidden: true },
    text,
    h(
      "button",
      { type: "button", class: "plain", "aria-label": "Close the message", onclick: () => actions.closeProblem() },
      "×",
    ),
  );
  store.on(["problem"], (s) => {
    bar.hidden = !s.problem;
    if (s.problem) replace(text, h("strong", null, name(s.problem.message, 300)), " ", name(s.problem.todo, 300));
  });
  const busy = h("div", { class: "busy", role: "status" });
  store.on(["busy"], (s) => {
    busy.textContent = s.busy ? `Opening ${s.busy} …` : "";
  });
  return h("div", { class: "notices" }, bar, busy);
}

function replayPage(root: HTMLElement): void {
  root.append(
    mount(map, h("div", { class: "map-place" })),
    h(
      "aside",
      { class: "column", "aria-label": "Panels of the replay" },
      tabs(
        "Panels",
        TABS.map(([k, text]): [Tab, string] => [k, text]),
        "tab",
        (k) => actions.showTab(k),
        "tabs",
      ),
      ...TABS.map(([k, , view]) => panel("tab", k, view, `panel ${k}`)),
    ),
    mount(timeline, h("div", { class: "timeline-place" })),
  );
}

function frame(app: HTMLElement): void {
  app.replaceChildren(
    header(),
    mount(placard, h("div", { class: "placard-place" })),
    notices(),
    h(
      "main",
      null,
      panel("page", "replay", replayPage, "page replay"),
      panel("page", "dashboard", dashboard, "page dashboard"),
      ...(source.embedded
        ? []
        : [panel("page", "compare", compare, "page compare"), panel("page", "whatif", whatif, "page whatif")]),
    ),
    mount(help, h("div", { class: "help-place" })),
  );
}

async function open(): Promise<void> {
  await actions.loadRuns();
  const first =
    store.get().runs.find((r) => r.state === "ready") ?? (source.embedded ? store.get().runs[0] : undefined);
  if (first) await actions.openRun(first.id);
  else if (store.get().runs.length) {
    store.set({ problem: { message: "No run can be opened.", todo: "The list of runs tells why for each." } });
  }
}

function main(): void {
  window.__openiads = Object.assign(meter, { store, actions });
  window.addEventListener("error", (e) => report(e.error ?? e.message));
  window.addEventListener("unhandledrejection", (e) => report(e.reason));
  const app = document.getElementById("app");
  if (!app) throw new Error("the page has no place for the viewer");
  frame(app);
  startClock();
  listenToKeys();
  void open();
}

main();
