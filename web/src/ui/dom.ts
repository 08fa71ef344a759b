// The page's elements, made of elements and text nodes only: no text of a scenario is ever read as markup.

export type Child = Node | string | number | null | undefined | false;
export type Attributes = Record<string, unknown>;

function apply(element: Element, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on") && typeof value === "function")
      element.addEventListener(key.slice(2), value as EventListener);
    else if (key === "class") element.setAttribute("class", String(value));
    else if (key === "dataset") Object.assign((element as HTMLElement).dataset, value);
    else if (key === "style")
      Object.assign((element as HTMLElement).style, value); // an object: set by script, as the policy allows
    else if (key === "value" && "value" in element) (element as HTMLInputElement).value = String(value);
    else if (key === "checked" && "checked" in element) (element as HTMLInputElement).checked = Boolean(value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
}

/** An HTML element: `h("button", { class: "x", onclick: f, "aria-label": "…" }, "text", child)`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, children);
  if (attributes) apply(element, attributes); // after the children: the value of a <select> needs its options
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  fill(element, children);
  if (attributes) apply(element, attributes);
  return element;
}

function fill(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Empty an element and fill it anew. */
export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  fill(element, children);
}

export const MAX_NAME = 80;

/** Text cut to `most` characters (whole ones, also outside the basic plane), with a dot-dot-dot. */
export function truncate(text: string, most: number = MAX_NAME): string {
  const characters = text.length > most ? [...text.slice(0, most * 2 + 2)] : [];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}

/** The end of a name that stays where it is cut: its number, and a short last word that may tell two groups apart. */
export const numberedEnd = (text: string): string => /(?:\s\S{1,12})?\[\d+\]$/.exec(text)?.[0] ?? "";

/** A name cut in its middle, so that its end stays. */
export function truncateMiddle(text: string, most: number): string {
  const end = numberedEnd(text);
  return text.length > most && end
    ? `${truncate(text.slice(0, -end.length), Math.max(4, most - end.length))}${end}`
    : truncate(text, most);
}

/** A name as an element of its own direction, cut, with all of it (up to 5,000 characters) as title. */
export function name(text: string, most: number = MAX_NAME): HTMLElement {
  const shown = truncate(text, most);
  return h("bdi", shown === text ? null : { title: truncate(text, 5000) }, shown);
}

/** Is motion asked to be kept small? */
export const reducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

let counter = 0;
/** An id no other element has. */
export const uniqueId = (stem: string): string => `${stem}-${++counter}`;
