// The answer of the whole run: every outcome with its interval, and charts from whose bars a replication opens.

import type { Bar, Finding, LayerRow, RunSummary } from "../contract";
import { source } from "../source";
import { actions, store } from "../store";
import { type BarRow, band, bars, card, columns, legend, stacks } from "../ui/chart";
import { h, name, replace, truncate } from "../ui/dom";
import {
  capitalize,
  count,
  findingInterval,
  findingValue,
  interval,
  moment,
  number,
  percent,
  plural,
} from "../ui/format";
import { bins } from "../ui/scale";
import { type Cell, table } from "../ui/table";

const HEADLINES = ["any_leaker", "leakers", "killed", "rounds_fired"];
const MAX_COLUMNS = 40; // bars of a distribution; more are taken together
const MAX_TABLE_ROWS = 60; // rows of a table of a time line

const MAX_GATES = 8; // reasons drawn; the table has all

const FILL_CLASSES: Record<string, string> = {
  killed: "l-killed",
  other: "l-other",
  leakers: "l-leaked",
  hit_asset: "l-leaked",
  reached_missed: "l-near",
  impact_undefended: "l-gray",
  released_left: "l-pink",
  turned_away: "l-sky",
  fuel_out: "l-other",
  crashed: "l-dark",
  transited: "l-green",
  airborne_at_end: "l-pale",
};

/** Open a replication of a bar: the next one after that shown, a stored one first. */
function opener(run: RunSummary, bar: Bar): Pick<BarRow, "open" | "opens"> {
  const all = source.embedded ? [] : bar.replications;
  if (!all.length) return { open: null, opens: "" };
  const stored = new Set(run.recorded);
  const ordered = [...all.filter((r) => stored.has(r)), ...all.filter((r) => !stored.has(r))];
  return {
    opens: `Opens a replication with this outcome as replay (${plural(all.length, "is", "are")} at hand)`,
    open: () => {
      const now = store.get().replay?.header.replication ?? -1;
      const next = ordered[(ordered.indexOf(now) + 1) % ordered.length];
      show(next);
    },
  };
}

function show(replication: number): void {
  actions.showPage("replay");
  void actions.openReplay(replication);
}

/** Replications as buttons for the tables. */
function replications(bar: Bar): Node {
  if (source.embedded || !bar.replications.length) return h("span", { class: "quiet" }, "–");
  return h(
    "span",
    { class: "replication-links" },
    ...bar.replications.map((r) =>
      h(
        "button",
        { type: "button", class: "small", "aria-label": `Open replication ${r}`, onclick: () => show(r) },
        String(r),
      ),
    ),
  );
}

function barTable(
  head: string,
  value: string,
  all: readonly Bar[],
  shown: (v: number) => string,
  unit: string,
): HTMLElement {
  return table(
    [head, value, "95 % interval", "Replications"],
    all.map((b): Cell[] => [b.label, shown(b.value), interval(b.low, b.high, unit), replications(b)]),
    { numbers: [1, 2], caption: head },
  );
}

function rowsOf(
  run: RunSummary,
  all: readonly Bar[],
  shown: (v: number) => string,
  fillClass: (b: Bar, k: number) => string,
): BarRow[] {
  return all.map((b, k) => ({
    label: b.label,
    value: b.value,
    low: b.low,
    high: b.high,
    shown: shown(b.value),
    fillClass: fillClass(b, k),
    ...opener(run, b),
  }));
}

function findingsTable(all: readonly Finding[], caption: string): HTMLElement {
  return table(
    ["Measure", "Value", "95 % interval", "n"],
    all.map((f): Cell[] => [f.label, value(f), findingInterval(f), count(f.n)]),
    { caption, numbers: [1, 2, 3] },
  );
}

/** A finding's value; where there is none its sentence tells why. */
const value = (f: Finding): Cell =>
  f.value === null ? h("span", { title: truncate(f.sentence, 1000) }, "–") : findingValue(f);

function tile(f: Finding): HTMLElement {
  return h(
    "div",
    { class: "tile", title: truncate(f.sentence, 1000) },
    h("span", { class: "tile-label" }, name(f.label, 60)),
    h("span", { class: "tile-value" }, findingValue(f)),
    h("span", { class: "quiet" }, `${findingInterval(f)}, n = ${count(f.n)}`),
  );
}

function opening(run: RunSummary): HTMLElement {
  const facts: [string, string][] = [
    ["scenario", run.scenario],
    ["replications", count(run.replications)],
    ["failed", count(run.failed)],
    ["seed", String(run.seed)],
    ["digest", run.digest.slice(0, 16)],
  ];
  const top = HEADLINES.map((m) => run.findings.find((f) => f.metric === m)).filter(
    (f): f is Finding => f !== undefined,
  );
  return h(
    "section",
    { class: "card wide opening" },
    h("p", { class: "answer-big" }, name(run.answer.replaceAll(" %", "\u00a0%"), 1000)),
    run.warnings.length
      ? h("ul", { class: "warnings" }, ...run.warnings.map((w) => h("li", null, name(w, 600))))
      : null,
    h("div", { class: "tiles" }, ...top.map(tile)),
    h("ul", { class: "facts" }, ...facts.map(([k, v]) => h("li", null, `${k} `, h("b", null, name(v, 60))))),
  );
}

function leakersCard(run: RunSummary): HTMLElement {
  const joined = bins(run.leakers, MAX_COLUMNS, (group) => ({
    ...group[0],
    key: `${group[0].key}–${group[group.length - 1].key}`,
    label: `${group[0].key} to ${plural(Number(group[group.length - 1].key), "leaker", "leakers")}`,
    value: group.reduce((sum, b) => sum + b.value, 0),
    low: null,
    high: null,
    replications: group.flatMap((b) => b.replications).slice(0, 20),
  }));
  const rows = rowsOf(run, joined, percent, (b) => (b.key === "0" ? "l-killed" : "l-leaked")).map((row, k) => ({
    ...row,
    tick: joined[k].key,
  }));
  const mean = run.findings.find((f) => f.metric === "leakers");
  const none = run.leakers.find((b) => b.key === "0");
  return card({
    title: none?.value ? `Nothing gets through in ${percent(none.value)} of raids` : "How many get through",
    caption: [
      "Leakers of a raid: hit their asset or reached it and missed.",
      ...(mean ? [`Mean ${findingValue(mean)} ${findingInterval(mean)}.`] : []),
      ...(source.embedded ? [] : ["A bar opens a replication with that outcome."]),
    ].join(" "),
    body: columns("Distribution of leakers", rows, "Leakers in a raid", "Share of raids, %"),
    numbers: () => barTable("Leakers", "Share of raids", run.leakers, percent, "share"),
  });
}

const PARTS = ["killed", "other", "leakers"]; // as they lie from left to right

function classesCard(run: RunSummary): HTMLElement {
  const inOrder = (parts: readonly Bar[]): Bar[] =>
    [...parts].sort((a, b) => PARTS.indexOf(a.key) - PARTS.indexOf(b.key));
  const leakedOf = (parts: readonly Bar[]): number => parts.find((p) => p.key === "leakers")?.value ?? 0;
  const whole = (parts: readonly Bar[]): number => parts.reduce((sum, p) => sum + p.value, 0);
  const kinds = new Map(run.classes.flatMap((c) => inOrder(c.parts).map((p): [string, string] => [p.key, p.label])));
  const rows = run.classes.map((c) => {
    return {
      label: c.name,
      shown: `${number(leakedOf(c.parts), 2)} of ${number(whole(c.parts))} through`,
      parts: inOrder(c.parts).map((p) => ({
        label: p.label,
        value: p.value,
        shown: number(p.value),
        fillClass: FILL_CLASSES[p.key] ?? "l-other",
        ...opener(run, p),
      })),
    };
  });
  const worst = run.classes
    .map((c) => ({ c, share: leakedOf(c.parts) / (whole(c.parts) || 1) }))
    .sort((a, b) => b.share - a.share)[0];
  return card({
    title:
      worst && worst.share > 0
        ? `${capitalize(truncate(worst.c.name, 40))} get through most often: ${percent(worst.share)} of them`
        : "Fate of each class",
    caption: "Mean flights a raid by class, as shares of the class.",
    body: h(
      "div",
      null,
      stacks("Fate of each class", rows),
      legend([...kinds].map(([key, label]) => ({ label, fillClass: FILL_CLASSES[key] ?? "l-other" }))),
    ),
    numbers: () =>
      table(
        ["Class", "Outcome", "Flights a raid", "95 % interval", "Replications"],
        run.classes.flatMap((c) =>
          c.parts.map((p): Cell[] => [c.name, p.label, number(p.value), interval(p.low, p.high, ""), replications(p)]),
        ),
        { numbers: [2, 3], caption: "Fate of each class" },
      ),
  });
}

/** What was fired of each kind and what is left of it, in words. */
function rounds(row: LayerRow): [fired: string, left: string] {
  const each = (shown: (k: LayerRow["spent"][number]) => string): string =>
    row.spent.map((k) => `${shown(k)} ${k.unit}`).join(", ") || "–";
  const fired = each((k) => `${number(k.fired.value)}${k.stock === null ? "" : ` of ${k.stock}`}`);
  const left = each((k) => (k.stock === null ? "endless" : number(k.stock - (k.fired.value ?? 0))));
  return [fired, left];
}

function layersCard(run: RunSummary): HTMLElement {
  const all = run.layers;
  const kinds: [string, string][] = [
    ["killed by it", "l-killed"],
    ["shot at, not killed by it", "l-near"],
    ["within its reach, not shot at", "l-other"],
  ];
  const rows = all.map((row) => {
    const [arrived, engaged, killed] = [row.arrived, row.engaged, row.killed].map((f) => f.value ?? 0);
    return {
      label: `${truncate(row.site, 30)}: ${rounds(row)[0]}`,
      shown: `${number(killed, 2)} of ${number(arrived, 2)}`,
      parts: [killed, engaged - killed, arrived - engaged].map((value, k) => ({
        label: kinds[k][0],
        value,
        shown: number(value),
        fillClass: kinds[k][1],
        open: null,
        opens: "",
      })),
    };
  });
  const most = [...all].sort((a, b) => (b.killed.value ?? 0) - (a.killed.value ?? 0))[0];
  const cell = (f: Finding): string => `${findingValue(f)} ${findingInterval(f)}`;
  return card({
    title: most.killed.value
      ? `Layer by layer: ${truncate(most.site, 40)} kills the most, ${number(most.killed.value, 2)} a raid`
      : "Layer by layer",
    caption:
      "Mean threats a raid at each site, killed of those within its reach, as the raid meets them; " +
      "beside its name the rounds that it fires. Within reach: a fire unit held it as a target that its rounds " +
      `could reach.${sample(run, most.killed.n)}`,
    body: h(
      "div",
      null,
      stacks("Layer by layer", rows),
      legend(kinds.map(([label, fillClass]) => ({ label, fillClass }))),
    ),
    numbers: () =>
      table(
        ["Site", "First shot at", "Within reach", "Shot at", "Killed", "Fired", "Left"],
        all.map((row): Cell[] => [
          `${row.site} (${row.system})`,
          row.distance === null ? "never" : `${number(row.distance / 1000)} km`,
          cell(row.arrived),
          cell(row.engaged),
          cell(row.killed),
          ...rounds(row),
        ]),
        { numbers: [1, 2, 3, 4, 5, 6], caption: "Layer by layer" },
      ),
  });
}

function terminalsCard(run: RunSummary): HTMLElement {
  const all = run.terminals.filter((b) => b.value > 0).sort((a, b) => b.value - a.value);
  return card({
    title: "How flights end",
    caption: "Flights a raid, all sides; every flight ends in exactly one way.",
    body: bars(
      "How flights end",
      rowsOf(run, all, number, (b) => FILL_CLASSES[b.key] ?? "l-gray"),
    ),
    numbers: () => barTable("End", "Flights a raid", run.terminals, number, ""),
  });
}

function roundsCard(run: RunSummary): HTMLElement {
  const drawn = run.rounds.filter((f) => f.metric !== "rounds_per_kill"); // a ratio: not on the scale of counts
  const most = Math.max(1e-9, ...drawn.map((f) => f.high ?? f.value ?? 0));
  const rows = drawn.map(
    (f): BarRow => ({
      label: f.label,
      value: f.value ?? 0,
      low: f.low,
      high: f.high,
      shown: `${findingValue(f)} ${findingInterval(f)}`,
      fillClass: "l-sky",
      open: null,
      opens: "",
    }),
  );
  return card({
    title: "Rounds",
    caption: "Mean a raid with its 95 % interval.",
    body: bars("Rounds", rows, most),
    numbers: () => findingsTable(run.rounds, "Rounds"),
  });
}

function shareCard(
  run: RunSummary,
  title: string,
  caption: string,
  all: readonly Bar[],
  first: string,
  rest: string,
): HTMLElement {
  const sorted = [...all].sort((a, b) => b.value - a.value);
  return card({
    title,
    caption,
    body: bars(
      title,
      rowsOf(run, sorted.slice(0, MAX_GATES), percent, (_, k) => (k ? rest : first)),
    ),
    numbers: () => barTable(title, "Share", sorted, percent, "share"),
  });
}

function timelineCard(run: RunSummary, line: RunSummary["timelines"][number]): HTMLElement {
  const every = Math.max(1, Math.ceil(line.t.length / MAX_TABLE_ROWS));
  const rows = (): Cell[][] =>
    line.t.flatMap((t, i): Cell[][] =>
      i % every ? [] : [[moment(t), number(line.low[i]), number(line.middle[i]), number(line.high[i])]],
    );
  return card({
    title: capitalize(line.name),
    caption: `Over replications: the median and the band from 10 to 90 %.${sample(run)}`,
    body: band(line),
    numbers: () =>
      table(["Time", "10 %", "Median", "90 %"], rows(), {
        caption: `${line.name}${line.unit ? `, ${line.unit}` : ""}`,
        numbers: [1, 2, 3],
      }),
  });
}

function outcomesCard(run: RunSummary): HTMLElement {
  return h(
    "section",
    { class: "card" },
    h("div", { class: "card-head" }, h("h2", null, "Outcomes")),
    findingsTable(run.findings, "Mean a raid with its 95 % interval; times are medians"),
  );
}

/** Where a figure rests on a part of the run only, that is said. */
const sample = (run: RunSummary, sampled = run.sampled): string =>
  sampled && sampled < run.replications - run.failed
    ? ` From the first ${count(sampled)} of ${plural(run.replications, "replication", "replications")}.`
    : "";

/** A reason as a clause: what lacks a subject gets one. */
function clause(reason: string): string {
  const low = reason.slice(0, 1).toLowerCase() + reason.slice(1);
  return /^(the|no|nothing|every|another|all|enough) /.test(low) ? low : `they were ${low}`;
}

/** The resource of a bar, as part of a sentence. */
const bottleneck = (bar: Bar): string => truncate(bar.label.split(":")[0], 40).toLowerCase();

function charts(run: RunSummary): HTMLElement[] {
  const most = [...run.gates].sort((a, b) => b.value - a.value)[0];
  const first = run.firstBound.filter((b) => b.key !== "none").sort((a, b) => b.value - a.value)[0];
  return [
    ...(run.leakers.length ? [leakersCard(run)] : []),
    ...(run.classes.length ? [classesCard(run)] : []),
    ...(run.layers.length ? [layersCard(run)] : []),
    ...(run.terminals.length ? [terminalsCard(run)] : []),
    ...(run.rounds.length ? [roundsCard(run)] : []),
    outcomesCard(run),
    ...(run.gates.length
      ? [
          shareCard(
            run,
            most
              ? `Leakers went unshot longest because ${clause(truncate(most.label, 70))}`
              : "Why leakers were not shot",
            "Of all the time that fire units waited while threats that leaked were in the air, " +
              `the share of each reason.${sample(run)}`,
            run.gates,
            "l-leaked",
            "l-near",
          ),
        ]
      : []),
    ...(run.firstBound.length
      ? [
          shareCard(
            run,
            first
              ? `The ${bottleneck(first)} binds first in ${percent(first.value)} of raids`
              : "Which resource binds first",
            `Share of raids in which each resource is the first that a hostile flight waits for.${sample(run)}`,
            run.firstBound,
            "l-killed",
            "l-sky",
          ),
        ]
      : []),
    ...run.timelines.map((line) => timelineCard(run, line)),
  ];
}

export function dashboard(root: HTMLElement): void {
  const place = h("div", { class: "cards" });
  root.append(place);
  let drawn: RunSummary | null | undefined;
  store.on(["run", "page"], (s) => {
    if (s.page !== "dashboard" || s.run === drawn) return; // drawn when first looked at
    drawn = s.run;
    if (!s.run) replace(place, h("p", { class: "empty" }, "No run is open. Choose one above."));
    else replace(place, opening(s.run), h("div", { class: "columns-of-cards" }, ...charts(s.run)));
    root.scrollTop = 0;
  });
}
