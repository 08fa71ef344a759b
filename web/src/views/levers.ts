// The levers of a what-if: sliders, choices and switches in groups, each with its value in the run as it was.

import type { Lever, WhatIfPanel } from "../contract";
import { h, name, replace, truncate, uniqueId } from "../ui/dom";
import { number } from "../ui/format";

export type Value = number | string | boolean;

export const leverValue = (lever: Lever, value: Value): string => {
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "number"
    ? `${number(value, 6)}${lever.unit ? ` ${lever.unit}` : ""}`
    : truncate(value.replaceAll("_", " "), 40);
};

interface Control {
  element: HTMLElement;
  set(value: Value): void;
  valid(): boolean;
}

function numberControl(lever: Lever, label: string, change: (v: Value) => void): Control {
  const bounds = { min: lever.minimum, max: lever.maximum, step: lever.step ?? "any" };
  const field = h("input", {
    type: "number",
    ...bounds,
    step: lever.unit ? "any" : bounds.step,
    "aria-label": `${label}${lever.unit ? `, ${lever.unit}` : ""}`,
  });
  const bounded = lever.minimum !== undefined && lever.maximum !== undefined;
  const slider = bounded ? h("input", { type: "range", ...bounds, "aria-label": `${label}, slider` }) : null;
  field.addEventListener("input", () => {
    field.setAttribute("aria-invalid", String(!field.validity.valid || field.value === ""));
    if (field.value !== "" && slider) slider.value = field.value;
    change(field.valueAsNumber);
  });
  slider?.addEventListener("input", () => {
    field.value = slider.value;
    field.setAttribute("aria-invalid", "false");
    change(slider.valueAsNumber);
  });
  return {
    element: h(
      "span",
      { class: "lever-number" },
      slider,
      field,
      lever.unit ? h("span", { class: "quiet" }, lever.unit) : null,
    ),
    set: (v) => {
      field.value = String(v);
      field.setAttribute("aria-invalid", "false");
      if (slider) slider.value = String(v);
    },
    valid: () => field.value !== "" && field.validity.valid,
  };
}

function choiceControl(lever: Lever, label: string, change: (v: Value) => void): Control {
  const choice = h(
    "select",
    { "aria-label": label, onchange: () => change(choice.value) },
    ...(lever.choices ?? []).map((c) => h("option", { value: c }, truncate(c.replaceAll("_", " "), 60))),
  );
  return {
    element: choice,
    set: (v) => {
      choice.value = String(v);
    },
    valid: () => true,
  };
}

function switchControl(_: Lever, label: string, change: (v: Value) => void): Control {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    "aria-label": label,
    onchange: () => change(box.checked),
  });
  return {
    element: box,
    set: (v) => {
      box.checked = Boolean(v);
    },
    valid: () => true,
  };
}

const CONTROLS = { number: numberControl, choice: choiceControl, switch: switchControl };

export interface Changes {
  values: Record<string, Value>;
  words: string[];
}

/** What of the levers' values differs from the run, as values by path and in words. */
export function changesOf(levers: readonly Lever[], values: ReadonlyMap<string, Value>): Changes {
  const changes: Changes = { values: {}, words: [] };
  for (const lever of levers) {
    const now = values.get(lever.path);
    if (now === undefined || now === lever.value) continue;
    changes.values[lever.path] = now;
    const [was, is] = [leverValue(lever, lever.value), leverValue(lever, now)];
    changes.words.push(`${truncate(lever.group, 30)}, ${truncate(lever.label, 60)}: ${was} → ${is}`);
  }
  return changes;
}

/** The panel of levers; `changed` is called after every change. */
export class Levers {
  readonly element = h("div", { class: "levers" });
  private values = new Map<string, Value>();
  private controls = new Map<string, Control>();
  private rows = new Map<string, HTMLElement>();
  private panel: WhatIfPanel | null = null;

  constructor(private readonly changed: () => void) {}

  /** Show the levers of a scenario at the values of the run. */
  show(panel: WhatIfPanel): void {
    this.panel = panel;
    this.values = new Map(panel.levers.map((l) => [l.path, l.value]));
    this.controls.clear();
    this.rows.clear();
    const groups = new Map<string, Lever[]>();
    for (const lever of panel.levers) groups.set(lever.group, [...(groups.get(lever.group) ?? []), lever]);
    replace(
      this.element,
      ...[...groups].map(([group, levers]) =>
        h("fieldset", null, h("legend", null, name(group, 60)), ...levers.map((l) => this.row(l))),
      ),
    );
    this.reset();
  }

  private row(lever: Lever): HTMLElement {
    const label = truncate(lever.label, 120);
    const control = CONTROLS[lever.kind](lever, label, (v) => this.take(lever, v));
    const was = h("span", { class: "lever-was", id: uniqueId("was") }, `was ${leverValue(lever, lever.value)}`);
    const back = h(
      "button",
      {
        type: "button",
        class: "small plain",
        "aria-label": `${label}: back to ${leverValue(lever, lever.value)}`,
        onclick: () => this.back(lever),
      },
      "↺",
    );
    const row = h(
      "div",
      { class: "lever" },
      h("span", { class: "lever-label" }, name(lever.label, 60)),
      control.element,
      h("span", { class: "lever-changed" }, was, back),
    );
    this.controls.set(lever.path, control);
    this.rows.set(lever.path, row);
    return row;
  }

  private take(lever: Lever, value: Value): void {
    this.values.set(lever.path, value);
    this.rows.get(lever.path)?.classList.toggle("changed", value !== lever.value);
    this.changed();
  }

  private back(lever: Lever): void {
    this.controls.get(lever.path)?.set(lever.value);
    this.take(lever, lever.value);
  }

  reset(): void {
    for (const lever of this.panel?.levers ?? []) this.back(lever);
  }

  valid(): boolean {
    return [...this.controls.values()].every((c) => c.valid());
  }

  /** What differs from the run. */
  changes(): Changes {
    return changesOf(this.panel?.levers ?? [], this.values);
  }
}
