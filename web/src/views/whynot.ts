// Why a fire unit did not shoot at a flight at this time: the binding gate in words, and all gates over time.

import type { GateKind, LaneData, ReplayUnit } from "../contract";
import type { Replay } from "../decode";
import { type Spell, spellAt, spellsOf } from "../gates";
import { actions, store } from "../store";
import { h, name, replace, s, truncate } from "../ui/dom";
import { isolate, moment } from "../ui/format";
import { List, type Row, table } from "../ui/table";

const KINDS: [GateKind, string][] = [
  ["unseen", "not seen, tracked or identified"],
  ["jammed", "hidden by noise jamming"],
  ["reach", "out of reach or in no time"],
  ["rule", "held by a rule"],
  ["resource", "a resource is taken or spent"],
  ["engaging", "engaging it"],
  ["free", "nothing keeps it"],
];

function strip(spells: readonly Spell[], high: number, from: number, to: number): SVGElement {
  const x = (t: number): number => ((t - from) / Math.max(1e-9, to - from)) * STRIP_HEIGHT;
  return s(
    "svg",
    {
      class: "gate-strip",
      height: high,
      viewBox: `0 0 ${STRIP_HEIGHT} ${high}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    ...spells.map((k) =>
      s(
        "rect",
        {
          class: `gate ${k.kind}${x(k.to) - x(k.from) < EDGED ? " thin" : ""}`,
          x: x(k.from),
          y: 0,
          width: Math.max(0.6, x(k.to) - x(k.from)),
          height: high,
        },
        s("title", null, `${moment(k.from)} to ${moment(k.to)}: ${k.text}`),
      ),
    ),
  );
}

const STRIP_HEIGHT = 1000; // parts of a strip's width
const EDGED = 8; // parts: a narrower spell would be all edge
const STRIP = 26;
const ROW_HEIGHT = 38;

/** How a unit stands now. */
interface UnitStatus {
  unit: ReplayUnit;
  spell: Spell | undefined;
  all: readonly Spell[];
}

const part = (t: number, [from, to]: readonly [number, number]): number =>
  Math.min(Math.max((t - from) / Math.max(1e-9, to - from), 0), 1);

class WhyNot {
  private readonly flight = h("select", {
    "aria-label": "Flight",
    onchange: () => actions.selectFlight(chosen(this.flight)),
  });
  private readonly unit = h("select", {
    "aria-label": "Fire unit",
    onchange: () => actions.selectUnit(chosen(this.unit)),
  });
  private readonly verdict = h("div", { class: "verdict", role: "status" });
  private readonly field = h("div", {
    class: "gate-field",
    tabindex: 0,
    role: "slider",
    "aria-label": "Reasons over time; arrows go from reason to reason",
  });
  private readonly ends = h("div", { class: "gate-ends quiet", "aria-hidden": "true" });
  private readonly needle = h("div", { class: "gate-now", "aria-hidden": "true" });
  private readonly numbers = h("div", { class: "why-table", hidden: true });
  private readonly asTable = h(
    "button",
    { type: "button", class: "plain small", "aria-pressed": "false", onclick: () => this.turn() },
    "As a table",
  );
  private readonly list: List<UnitStatus>;
  private spells = new Map<number, Spell[]>(); // of the chosen flight, by unit
  private window: [number, number] = [0, 1]; // s that the strips span
  private key = ""; // what was drawn last

  constructor(root: HTMLElement) {
    this.list = new List<UnitStatus>({
      label: "All fire units at this time",
      row: ROW_HEIGHT,
      empty: "The replay tells of no fire unit.",
      chosen: (stand) => store.get().unit === stand.unit.row,
      fill: (stand) => this.row(stand),
      choose: (stand) => actions.selectUnit(stand.unit.row),
    });
    const legend = h(
      "ul",
      { class: "key-list" },
      ...KINDS.map(([k, words]) => h("li", null, h("span", { class: `swatch gate ${k}` }), words)),
    );
    root.append(
      h("div", { class: "bar-of-tools" }, this.flight, this.unit),
      this.verdict,
      this.field,
      this.ends,
      legend,
      h("div", { class: "card-head" }, h("h2", null, "All fire units at this time"), this.asTable),
      this.list.element,
      this.numbers,
    );
    this.field.addEventListener("click", (e) => this.click(e));
    this.field.addEventListener("keydown", (e) => this.press(e));
    store.on(["replay"], () => this.open());
    store.on(["replay", "flight"], () => this.gather());
    store.on(["unit", "replay"], (s) => {
      this.unit.value = s.unit === null ? "" : String(s.unit);
      this.draw(true);
    });
    store.on(["tab", "page"], () => this.draw(true));
    store.on(["time"], () => this.draw(false));
  }

  private row({ unit, spell, all }: UnitStatus): Row {
    const text = spell?.text ?? "no reason is recorded at this time";
    return {
      label: `${truncate(unit.name, 100)}: ${text}`,
      title: `${unit.name.slice(0, 2000)}: ${text}`,
      className: "why-row",
      parts: [
        h("span", { class: "why-unit" }, name(unit.name, 30)),
        strip(all, 10, ...this.window),
        h("span", { class: `swatch gate ${spell?.kind ?? "other"}` }),
        h("span", { class: "why-text" }, truncate(text, 200)),
      ],
    };
  }

  private open(): void {
    const header = store.get().replay?.header;
    replace(this.flight, h("option", { value: "" }, "Choose a flight"), ...(header?.lanes ?? []).map(flightOption));
    replace(
      this.unit,
      ...(header?.units ?? []).map((u) => h("option", { value: u.row }, isolate(truncate(u.name, 50)))),
    );
  }

  /** Another flight: its spells. */
  private gather(): void {
    const { replay, flight } = store.get();
    this.spells = replay && flight !== null ? spellsOf(replay, flight) : new Map<number, Spell[]>();
    this.window = [Infinity, -Infinity];
    for (const each of this.spells.values()) {
      for (const k of each) this.window = [Math.min(this.window[0], k.from), Math.max(this.window[1], k.to)];
    }
    if (!this.spells.size) this.window = [0, replay?.header.duration ?? 1];
    this.flight.value = flight === null ? "" : String(flight);
    this.draw(true);
  }

  private mine(): readonly Spell[] {
    const { unit } = store.get();
    return unit === null ? [] : (this.spells.get(unit) ?? []);
  }

  /** Draw what depends on the time; `whole` also what does not. */
  private draw(whole: boolean): void {
    const { page, tab, replay, time, unit, flight } = store.get();
    if (page !== "replay" || tab !== "whynot") {
      this.key = "";
      return;
    }
    this.needle.style.left = `${(100 * part(time, this.window)).toFixed(3)}%`;
    this.field.setAttribute("aria-valuenow", time.toFixed(1));
    const mine = this.mine();
    const spell = spellAt(mine, time);
    const stands = (replay?.header.units ?? []).map((u): UnitStatus => {
      const all = this.spells.get(u.row) ?? [];
      return { unit: u, spell: spellAt(all, time), all };
    });
    const key = `${stands.map((s) => s.spell?.from ?? "").join()} ${unit} ${flight}`;
    if (!whole && key === this.key) return;
    this.key = key;
    this.list.set(
      stands,
      Math.max(
        0,
        stands.findIndex((s) => s.unit.row === unit),
      ),
    );
    replace(this.verdict, ...explanation(replay, flight, unit, spell, mine, time));
    this.field.setAttribute("aria-valuetext", `${moment(time)}: ${spell?.text ?? "no reason is recorded"}`);
    if (!this.numbers.hidden) replace(this.numbers, unitTable(stands, mine));
    if (whole) this.picture(mine);
  }

  private picture(mine: readonly Spell[]): void {
    const [from, to] = this.window;
    this.field.setAttribute("aria-valuemin", from.toFixed(1));
    this.field.setAttribute("aria-valuemax", to.toFixed(1));
    replace(this.field, strip(mine, STRIP, from, to), this.needle);
    replace(this.ends, h("span", null, moment(from)), h("span", null, moment(to)));
  }

  private turn(): void {
    this.numbers.hidden = !this.numbers.hidden;
    this.list.element.hidden = !this.numbers.hidden;
    this.asTable.setAttribute("aria-pressed", String(!this.numbers.hidden));
    this.asTable.textContent = this.numbers.hidden ? "As a table" : "As a list";
    this.draw(true);
  }

  private click(e: MouseEvent): void {
    const box = this.field.getBoundingClientRect();
    const [from, to] = this.window;
    actions.seek(from + ((e.clientX - box.left) / Math.max(1, box.width)) * (to - from));
  }

  private press(e: KeyboardEvent): void {
    const { time } = store.get();
    const starts = this.mine().map((k) => k.from);
    const ways: Record<string, number | undefined> = {
      ArrowRight: starts.find((t) => t > time + 0.005),
      ArrowLeft: starts.filter((t) => t < time - 0.005).pop(),
      Home: this.window[0],
      End: this.window[1],
    };
    if (!(e.key in ways)) return;
    e.preventDefault();
    const t = ways[e.key];
    if (t !== undefined) actions.seek(t);
  }
}

export function whynot(root: HTMLElement): void {
  new WhyNot(root);
}

const chosen = (field: HTMLSelectElement): number | null => (field.value === "" ? null : Number(field.value));

const flightOption = (lane: LaneData): HTMLElement =>
  h("option", { value: lane.flight }, `${isolate(truncate(lane.name, 50))}${lane.leaked ? " (leaked)" : ""}`);

/** The answer: why not, since when, and until when. */
function explanation(
  replay: Replay | null,
  flight: number | null,
  unit: number | null,
  spell: Spell | undefined,
  mine: readonly Spell[] | undefined,
  t: number,
): Node[] {
  if (!replay) return [h("p", { class: "quiet" }, "No replay is open.")];
  if (flight === null || unit === null)
    return [h("p", { class: "quiet" }, "Choose a flight (here, on the map or in the kill chain) and a fire unit.")];
  const who = replay.header.units.find((u) => u.row === unit)?.name ?? `unit ${unit}`;
  const whom = replay.header.lanes.find((l) => l.flight === flight)?.name ?? `flight ${flight}`;
  const head = h("p", { class: "quiet" }, name(who, 40), " against ", name(whom, 40), `, ${moment(t)}`);
  if (spell) {
    const after = mine?.find((k) => k.from >= spell.to);
    return [
      head,
      h("p", { class: `reason ${spell.kind}` }, `${spell.text}.`),
      h(
        "p",
        { class: "quiet" },
        `From ${moment(spell.from)} to ${moment(spell.to)}${after ? `; then: ${after.text}` : ""}.`,
      ),
    ];
  }
  const next = mine?.find((k) => k.from > t);
  return [
    head,
    h(
      "p",
      { class: "reason other" },
      mine?.length ? (next ? "No reason is recorded yet." : "It is over.") : "No reason is recorded for this pair.",
    ),
    next ? h("p", { class: "quiet" }, `First: ${next.text}, ${moment(next.from)}.`) : h("p"),
  ];
}

const MAX_TABLE_ROWS = 500; // rows of a table; the list has them all

function unitTable(all: readonly UnitStatus[], mine: readonly Spell[]): Node {
  const now = table(
    ["Fire unit", "Why not, now", "From", "To"],
    all
      .slice(0, MAX_TABLE_ROWS)
      .map((r) => [
        r.unit.name,
        r.spell?.text ?? "–",
        r.spell ? moment(r.spell.from) : "–",
        r.spell ? moment(r.spell.to) : "–",
      ]),
    { caption: "All fire units at this time", longest: 200 },
  );
  const over = table(
    ["From", "To", "Reason"],
    mine.slice(0, MAX_TABLE_ROWS).map((k) => [moment(k.from), moment(k.to), k.text]),
    { caption: "The chosen unit over time", longest: 200 },
  );
  return h("div", null, now, over);
}
