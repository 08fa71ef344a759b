// Two runs side by side with the paired difference of each outcome.

import type { CompareResult, RunCard } from "../contract";
import { source } from "../source";
import { report, store } from "../store";
import { Trouble } from "../trouble";
import { card, type DotRow, dots } from "../ui/chart";
import { h, name, replace, truncate } from "../ui/dom";
import { count, findingInterval, findingValue, isolate, isShare, number, percent, plural } from "../ui/format";
import { type Cell, table } from "../ui/table";

type Row = CompareResult["rows"][number];

/** How B differs: better or worse for the defense, neither, or not at all. */
function kind(r: Row): "better" | "worse" | "clear" | "open" {
  if (!r.differs) return "open";
  if (r.wanted === null || !r.difference.value) return "clear";
  return r.difference.value > 0 === (r.wanted === "more") ? "better" : "worse";
}

/** In what share of pairs B does better, as well, worse, as the program tells it; a dash where none is better. */
const ahead = ({ ahead: { a, b, equal } }: Row): string =>
  a + b + equal > 0 ? `${percent(b)} / ${percent(equal)} / ${percent(a)}` : "–";

/** The interval of a difference; none where no pair differs. */
const differenceInterval = (r: Row): string => (r.exact ? "in every pair" : findingInterval(r.difference, true));

const group = (unit: string): string =>
  isShare(unit)
    ? "Differences of shares, in points"
    : unit === "s"
      ? "Differences of times, in seconds"
      : "Differences of counts a raid";

function chartsOf(result: CompareResult, words: { a: string; b: string }): HTMLElement[] {
  const groups = new Map<string, Row[]>();
  for (const r of result.rows) {
    if (r.difference.value === null) continue;
    const key = group(r.difference.unit);
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  return [...groups].map(([title, rows]) => {
    const unit = rows[0].difference.unit;
    const bare = (text: string): string => text.replaceAll(/ (points|s)\b/g, ""); // the title names the unit
    const dotRows = rows.map(
      (r): DotRow => ({
        label: r.label,
        value: r.difference.value,
        low: r.difference.low,
        high: r.difference.high,
        shown: bare(`${findingValue(r.difference, true)} ${differenceInterval(r)}`),
        dotClass: kind(r),
      }),
    );
    const tick = (v: number): string => (isShare(unit) ? percent(v).replace(" %", "") : number(v));
    return card({
      title,
      caption:
        `${words.b} less ${words.a}, paired by replication, with the 95 % interval. Full dots: the outcome differs; ` +
        `blue: ${words.b} is better for the defense, orange: worse.`,
      body: dots(title, dotRows, tick),
      numbers: () => differenceTable(rows),
    });
  });
}

const differenceTable = (rows: readonly Row[]): HTMLElement =>
  table(
    ["Measure", "Difference", "95 % interval"],
    rows.map((r) => [r.label, findingValue(r.difference, true), differenceInterval(r)]),
    { numbers: [1, 2] },
  );

/** How many pairs the numbers rest on, and of how many replications where a run has more. */
export function paired({ pairs, a, b }: CompareResult): string {
  const most = Math.max(a.replications, b.replications);
  return most > pairs
    ? `${count(pairs)} of ${plural(most, "replication", "replications")} paired`
    : plural(pairs, "pair of replications", "pairs of replications");
}

/** What the scenarios set themselves, on both sides. */
function inputs(result: CompareResult, words: { a: string; b: string }): string {
  const said = result.inputs.map(({ label, a, b }) =>
    a === b ? `${label}: ${number(a)}` : `${label}: ${number(a)} in “${words.a}”, ${number(b)} in “${words.b}”`,
  );
  return `Set by the scenario, no outcome: ${said.join("; ")}.`;
}

/** The whole comparison; also what a what-if ends with. */
export function comparison(result: CompareResult, words: { a: string; b: string }): HTMLElement {
  const rows = result.rows.map((r): Cell[] => [
    r.label,
    findingValue(r.a),
    findingInterval(r.a),
    findingValue(r.b),
    findingInterval(r.b),
    h("strong", { class: r.differs ? kind(r) : null }, findingValue(r.difference, true)),
    differenceInterval(r),
    ahead(r),
  ]);
  return h(
    "div",
    { class: "comparison" },
    h(
      "section",
      { class: "card wide" },
      h("div", { class: "card-head" }, h("h2", null, result.found)),
      h(
        "p",
        { class: "quiet" },
        `${paired(result)}, with common random numbers; every number is of these alone. Last column: share of pairs `,
        `in which “${words.b}” is better / as good / worse for the defense.`,
      ),
      result.inputs.length ? h("p", { class: "quiet" }, inputs(result, words)) : null,
      table(["Measure", words.a, "95 %", words.b, "95 %", "Difference", "95 %", "Ahead"], rows, {
        numbers: [1, 2, 3, 4, 5, 6, 7],
        label: `${words.a} and ${words.b}`,
      }),
    ),
    h("div", { class: "columns-of-cards" }, ...chartsOf(result, words)),
  );
}

function side(
  label: string,
  change: () => void,
): { element: HTMLElement; choice: HTMLSelectElement; about: HTMLElement } {
  const choice = h("select", { "aria-label": label, onchange: change });
  const about = h("p", { class: "quiet" });
  return {
    choice,
    about,
    element: h("div", { class: "side" }, h("label", null, h("span", { class: "side-label" }, label), choice), about),
  };
}

function options(runs: readonly RunCard[]): HTMLElement[] {
  return runs.map((r) => {
    const unreadable = r.state === "unreadable";
    const about = unreadable
      ? "cannot be read"
      : `n = ${count(r.replications)}, seed ${r.seed}, ${r.digest.slice(0, 6)}`;
    return h("option", { value: r.id, disabled: unreadable }, `${isolate(truncate(r.name, 60))} (${about})`);
  });
}

export function compare(root: HTMLElement): void {
  let latestRequest = 0;
  const a = side("A: first run", () => void go());
  const b = side("B: second run", () => void go());
  const out = h("div", { class: "cards", "aria-live": "polite" });
  const turn = h(
    "button",
    {
      type: "button",
      class: "plain",
      title: "Exchange the two",
      "aria-label": "Exchange the two runs",
      onclick: () => {
        [a.choice.value, b.choice.value] = [b.choice.value, a.choice.value];
        void go();
      },
    },
    "⇄",
  );
  const message = (text: string, todo = ""): void =>
    replace(out, h("p", { class: "empty" }, text, todo ? " " : null, todo ? name(todo, 300) : null));
  const cardOf = (id: string): RunCard | undefined => store.get().runs.find((r) => r.id === id);

  const go = async (): Promise<void> => {
    const mine = ++latestRequest;
    for (const each of [a, b]) each.about.textContent = truncate(cardOf(each.choice.value)?.question ?? "", 200);
    if (!a.choice.value || !b.choice.value) return;
    if (a.choice.value === b.choice.value) {
      message("Both sides are the same run: choose another on one side.");
      return;
    }
    message("Comparing …");
    try {
      const result = await source.compare(a.choice.value, b.choice.value);
      if (mine === latestRequest) replace(out, comparison(result, { a: "A", b: "B" }));
    } catch (error) {
      if (mine !== latestRequest) return;
      if (error instanceof Trouble) message(truncate(error.problem.message, 600), error.problem.todo);
      else {
        message("The comparison failed.");
        report(error);
      }
    }
  };

  root.append(h("div", { class: "sides" }, a.element, turn, b.element), out);
  let opened: string | null = null; // run shown when this page last chose its sides
  const fill = (): void => {
    const { runs, run, page } = store.get();
    if (page !== "compare" || !runs.length) return;
    const kept = [a.choice.value, b.choice.value];
    for (const each of [a, b]) replace(each.choice, ...options(runs));
    const ready = runs.filter((r) => r.state === "ready");
    const first = run && run.id !== opened ? run.id : kept[0] || ready[0]?.id;
    const second = kept[1] && kept[1] !== first ? kept[1] : ready.find((r) => r.id !== first)?.id;
    opened = run?.id ?? null;
    if (!first || !second) {
      turn.disabled = true;
      message("Two runs are needed.", "Open them together: openiads view RUN1 RUN2.");
      return;
    }
    turn.disabled = false;
    a.choice.value = first;
    b.choice.value = second;
    if (kept[0] !== first || kept[1] !== second) void go();
  };
  store.on(["runs", "run", "page"], fill);
}
