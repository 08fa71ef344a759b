// Tables, a list of any length of which only the rows in sight exist, and tables as CSV.

import { type Child, h, name, replace, truncate, uniqueId } from "./dom";

/** A cell is text (shown cut, whole as title) or an element. */
export type Cell = string | number | Node;

export interface TableOptions {
  caption?: string;
  label?: string; // for readers, where no caption is shown
  numbers?: readonly number[]; // columns set right
  chosen?: (row: number) => boolean;
  longest?: number; // characters of a cell
}

/** A table whose first column names the row. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], o: TableOptions = {}): HTMLElement {
  const right = new Set(o.numbers ?? []);
  const kind = (k: number): string | null => (right.has(k) ? "n" : null);
  const cell = (c: Cell): Child => (typeof c === "string" ? name(c, o.longest ?? 120) : c);
  const body = rows.map((row, i) =>
    h(
      "tr",
      { class: o.chosen?.(i) ? "chosen" : null },
      ...row.map((c, k) => (k ? h("td", { class: kind(k) }, cell(c)) : h("th", { scope: "row" }, cell(c)))),
    ),
  );
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": o.label ?? o.caption ?? head.join(", ") },
    h(
      "table",
      null,
      o.caption ? h("caption", null, o.caption) : null,
      h("thead", null, h("tr", null, ...head.map((t, k) => h("th", { scope: "col", class: kind(k) }, t)))),
      h("tbody", null, ...body),
    ),
  );
}

/** A row drawn: what is read out, and its parts. */
export interface Row {
  label: string;
  title?: string;
  className?: string;
  parts: Child[];
}

export interface ListOptions<T> {
  label: string;
  row: number; // height of a row, px
  fill(item: T, index: number): Row;
  choose(item: T, index: number, e: MouseEvent | KeyboardEvent): void;
  chosen?: (item: T, index: number) => boolean;
  key?(e: KeyboardEvent, item: T, index: number): boolean; // true: taken
  empty: string;
}

const MAX_LIST_HEIGHT = 12_000_000; // px that browsers scroll without fault
const MAX_SPOKEN = 400; // characters of a row that are read out
const OVERSCAN_ROWS = 6; // rows kept above and below those in sight

/** A list box with one tab stop: arrows move, Enter chooses; of its rows only those in sight exist. */
export class List<T> {
  readonly element: HTMLElement;
  readonly box: HTMLElement;
  private readonly inner = h("div", { class: "list-inner", role: "presentation" });
  private readonly none: HTMLElement;
  private readonly id = uniqueId("list");
  private items: readonly T[] = [];
  private at = 0;
  private range = "";
  private pending: { middle: boolean } | null = null; // what to bring in sight once there is a height

  constructor(private readonly o: ListOptions<T>) {
    this.box = h("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": o.label }, this.inner);
    this.none = h("p", { class: "empty" }, o.empty);
    this.element = h("div", { class: "list-place" }, this.box, this.none);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.box.addEventListener("keydown", (e) => this.press(e));
    this.box.addEventListener("click", (e) => this.click(e));
    new ResizeObserver(() => {
      const waits = this.pending;
      this.pending = null;
      if (waits) this.show(this.at, waits.middle);
      else this.redraw();
    }).observe(this.box);
  }

  get length(): number {
    return this.items.length;
  }
  get active(): number {
    return this.at;
  }

  set(items: readonly T[], at = 0): void {
    this.items =
      items.length * this.o.row > MAX_LIST_HEIGHT ? items.slice(0, Math.floor(MAX_LIST_HEIGHT / this.o.row)) : items;
    this.at = Math.max(0, Math.min(at, this.items.length - 1));
    this.box.hidden = !this.items.length;
    this.none.hidden = this.items.length > 0;
    this.inner.style.height = `${this.items.length * this.o.row}px`;
    if (!this.items.length) replace(this.inner); // a hidden box is not drawn: nothing of what was may stay
    this.redraw();
  }

  /** Draw the rows in sight anew. */
  redraw(): void {
    this.range = "";
    this.draw();
  }

  /** Make row `i` the active one and bring it in sight. */
  show(i: number, middle = false): void {
    if (!this.items.length) return;
    this.at = Math.max(0, Math.min(i, this.items.length - 1));
    const { row } = this.o;
    const top = this.at * row;
    const high = this.box.clientHeight;
    if (!high) {
      this.pending = { middle };
      return;
    }
    if (top < this.box.scrollTop || top + row > this.box.scrollTop + high) {
      if (middle) this.box.scrollTop = top - (high - row) / 2;
      else this.box.scrollTop = top < this.box.scrollTop ? top : top + row - high;
    }
    this.redraw();
  }

  private draw(): void {
    const high = this.box.clientHeight;
    if (!high) return;
    const { row } = this.o;
    const first = Math.max(0, Math.floor(this.box.scrollTop / row) - OVERSCAN_ROWS);
    const last = Math.min(this.items.length, Math.ceil((this.box.scrollTop + high) / row) + OVERSCAN_ROWS);
    const range = `${first}-${last}`;
    if (range === this.range) return;
    this.range = range;
    const rows: HTMLElement[] = [];
    for (let i = first; i < last; i++) rows.push(this.make(i));
    replace(this.inner, ...rows);
    if (this.at >= first && this.at < last) this.box.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  private make(i: number): HTMLElement {
    const item = this.items[i];
    const { label, title, className, parts } = this.o.fill(item, i);
    const chosen = this.o.chosen?.(item, i) ?? false;
    const element = h(
      "div",
      {
        class: `row ${className ?? ""} ${i === this.at ? "active" : ""} ${chosen ? "chosen" : ""}`,
        role: "option",
        id: `${this.id}-${i}`,
        title,
        "aria-selected": String(chosen),
        "aria-setsize": this.items.length,
        "aria-posinset": i + 1,
        "data-index": i,
      },
      h("span", { class: "sr" }, truncate(label, MAX_SPOKEN)),
      ...parts,
    ); // read out as one sentence, not as the parts drawn
    for (const shown of [...element.children].slice(1)) shown.setAttribute("aria-hidden", "true");
    element.style.height = `${this.o.row}px`;
    element.style.top = `${i * this.o.row}px`;
    return element;
  }

  private press(e: KeyboardEvent): void {
    if (!this.items.length || e.ctrlKey || e.metaKey || e.altKey) return;
    if (this.o.key?.(e, this.items[this.at], this.at)) {
      e.preventDefault();
      return;
    }
    const leaf = Math.max(1, Math.floor(this.box.clientHeight / this.o.row) - 1);
    const moves: Record<string, number> = {
      ArrowDown: this.at + 1,
      ArrowUp: this.at - 1,
      PageDown: this.at + leaf,
      PageUp: this.at - leaf,
      Home: 0,
      End: this.items.length - 1,
    };
    if (e.key in moves) this.show(moves[e.key]);
    else if (e.key === "Enter" || e.key === " ") this.o.choose(this.items[this.at], this.at, e);
    else return;
    e.preventDefault();
  }

  private click(e: MouseEvent): void {
    const row = (e.target as Element).closest<HTMLElement>("[data-index]");
    if (!row) return;
    this.at = Number(row.dataset.index);
    this.o.choose(this.items[this.at], this.at, e);
    this.redraw();
  }
}

/** A cell of CSV; text that a spreadsheet would take for a formula is marked as text. */
function csvCell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csv = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");

/** Put text on the clipboard; false where the browser does not allow it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // no permission, or a page from a file: the old way
    const area = h("textarea", { class: "sr", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
