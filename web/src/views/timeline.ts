// The time line: play, step, speed, and a strip of what happens when, on which one drags the time.

import { type Message, messagesOf, mistakesOf } from "../areas";
import type { Replay } from "../decode";
import { countsByMinute, countsByPhase, lastEventAt, PHASES } from "../events";
import { actions, SPEEDS, store } from "../store";
import { h, name, replace, s, uniqueId } from "../ui/dom";
import { timeStep } from "../ui/scale";
import { clock } from "../ui/units";

const BINS = 180;
const STRIP_HEIGHT = 34; // px of the strip
const NARROW = 700; // px of a page on which fewer times fit
const STRIP_WIDTH = 1000; // units of the strip's drawing

/** The strip as a drawing: bars by kind, ticks of time, hits on assets as marks on top. */
function drawn(replay: Replay): SVGElement {
  const { events, duration } = replay.header;
  const bins = countsByPhase(events, duration, BINS);
  const most = Math.max(1, ...bins.map((b) => b[0] + b[1] + b[2]));
  const wide = STRIP_WIDTH / BINS;
  const bars: SVGElement[] = [];
  bins.forEach((bin, k) => {
    let y = STRIP_HEIGHT - 2;
    const scale =
      ((STRIP_HEIGHT - 10) * Math.sqrt((bin[0] + bin[1] + bin[2]) / most)) / (bin[0] + bin[1] + bin[2] || 1);
    PHASES.forEach((kind, n) => {
      if (!bin[n]) return;
      const tall = bin[n] * scale;
      y -= tall;
      bars.push(s("rect", { class: kind, x: k * wide + 0.4, width: wide - 0.8, y, height: tall }));
    });
  });
  const x = (t: number): number => (t / duration) * STRIP_WIDTH;
  const hits = events
    .filter((e) => e.kind === "damage")
    .map((e) => s("path", { class: "hit", d: `M${x(e.t) - 3.5},0 h7 l-3.5,7 z` }));
  return s(
    "svg",
    {
      class: "strip",
      viewBox: `0 0 ${STRIP_WIDTH} ${STRIP_HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      focusable: "false",
    },
    ...bars,
    ...hits,
  );
}

/** The hotline's messages, from when each is sent to when the first post hears of it, and shots by mistake. */
function messages(replay: Replay): HTMLElement[] {
  const { duration, events } = replay.header;
  const at = (t: number): string => `${(100 * Math.min(t, duration)) / duration}%`;
  const sent = messagesOf(replay.header).flatMap((m) => {
    const title = messageWords(m);
    const way =
      m.first === null
        ? h("span", { class: "message lost", title, style: { left: at(m.sent) } })
        : h("span", {
            class: "message way",
            title,
            style: { left: at(m.sent), width: `${(100 * Math.max(0, m.first - m.sent)) / duration}%` },
          });
    return m.first === null
      ? [way]
      : [
          way,
          h("span", { class: "message sent", title, style: { left: at(m.sent) } }),
          h("span", { class: "message heard", title, style: { left: at(m.first) } }),
        ];
  });
  return [
    ...sent,
    ...mistakesOf(events).map((e) => h("span", { class: "message mistake", title: e.text, style: { left: at(e.t) } })),
  ];
}

/** A message in a sentence. */
function messageWords(m: Message): string {
  const heard = m.heard.map(([post, t]) => `${post} at ${clock(t)}`).join(", ");
  const never = m.unheard.length ? `; never known to ${m.unheard.join(", ")}` : "";
  return `${m.party}: ${m.name}, sent ${clock(m.sent)}, ${heard ? `known to ${heard}` : "it did not come through"}${
    heard ? never : ""
  }`;
}

/** The messages for reading; null without any. */
function messageTable(replay: Replay): HTMLElement | null {
  const all = messagesOf(replay.header);
  if (!all.length) return null;
  return h(
    "table",
    { class: "messages-table" },
    h("caption", null, "Messages over hotlines"),
    h(
      "thead",
      null,
      h("tr", null, ...["Sent", "By", "Notice", "Over", "Known to"].map((t) => h("th", { scope: "col" }, t))),
    ),
    h(
      "tbody",
      null,
      ...all.map((m) =>
        h(
          "tr",
          null,
          h(
            "th",
            { scope: "row" },
            h("button", { type: "button", class: "link", onclick: () => actions.seek(m.sent) }, clock(m.sent)),
          ),
          h("td", null, name(m.party, 40)),
          h("td", null, name(m.name, 40)),
          h("td", null, name(m.over.join(", "), 60)),
          h(
            "td",
            null,
            name(
              [...m.heard.map(([post, t]) => `${post} ${clock(t)}`), ...m.unheard.map((post) => `${post} never`)].join(
                ", ",
              ),
              160,
            ),
          ),
        ),
      ),
    ),
  );
}

function ticks(replay: Replay): HTMLElement[] {
  const { duration } = replay.header;
  const every = timeStep(duration, window.innerWidth < NARROW ? 5 : 14);
  const out: HTMLElement[] = [];
  for (let t = 0; t <= duration + 1e-6; t += every) {
    out.push(h("span", { class: "tick", style: { left: `${(100 * t) / duration}%` } }, clock(t)));
  }
  return out;
}

/** Events by minute, for reading. */
function table(replay: Replay): HTMLElement {
  const all = countsByMinute(replay.header.events, replay.header.duration);
  const head = ["From", "Sensing", "Deciding", "Firing", "Hits", "Mistakes"];
  const columns = all.some((row) => row[4]) ? 5 : 4; // mistakes only where there are any
  const rows = all.map((row) => row.slice(0, columns));
  return h(
    "table",
    null,
    h("caption", { class: "sr" }, "Events by minute"),
    h("thead", null, h("tr", null, ...head.slice(0, columns + 1).map((t) => h("th", { scope: "col" }, t)))),
    h(
      "tbody",
      null,
      ...rows.map((row, k) =>
        h(
          "tr",
          null,
          h(
            "th",
            { scope: "row" },
            h("button", { type: "button", class: "link", onclick: () => actions.seek(60 * k) }, clock(60 * k)),
          ),
          ...row.map((n) => h("td", { class: "n" }, n)),
        ),
      ),
    ),
  );
}

const ICONS = {
  back: "M4 4h2.5v16H4zM20 4v16L8 12z",
  on: "M17.5 4H20v16h-2.5zM4 4v16l12-8z",
  play: "M6 3.5v17l14-8.5z",
  pause: "M5 4h5v16H5zM14 4h5v16h-5z",
};

const icon = (shape: keyof typeof ICONS): SVGElement =>
  s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: ICONS[shape] }));

function buttons(): HTMLElement {
  const make = (face: Node | string, label: string, key: string, act: () => void): HTMLButtonElement =>
    h(
      "button",
      {
        type: "button",
        class: "icon",
        "aria-label": typeof face === "string" ? `${face}: ${label}` : label,
        title: `${label} (${key})`,
        onclick: act,
      },
      face,
    );
  const play = make(icon("play"), "Play", "Space", () => actions.toggle());
  play.classList.add("primary", "play");
  store.on(["playing"], ({ playing }) => {
    replace(play, icon(playing ? "pause" : "play"));
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    play.title = playing ? "Pause (Space)" : "Play (Space)";
  });
  const speed = h(
    "select",
    { "aria-label": "Speed", title: "Speed ([ and ])", onchange: () => store.set({ speed: Number(speed.value) }) },
    ...SPEEDS.map((v) => h("option", { value: v }, `${v} ×`)),
  );
  store.on(["speed"], (now) => {
    speed.value = String(now.speed);
  });
  const group = h(
    "div",
    { class: "time-buttons", role: "group", "aria-label": "Time" },
    make(icon("back"), "Previous event", "p", () => actions.previousEvent()),
    make("−1 s", "One second back", ",", () => actions.step(-1)),
    play,
    make("+1 s", "One second on", ".", () => actions.step(1)),
    make(icon("on"), "Next event", "n", () => actions.nextEvent()),
    speed,
  );
  store.on(["replay"], ({ replay }) => {
    for (const b of group.querySelectorAll("button")) b.disabled = !replay;
  });
  return group;
}

/** The newest event at a time, as words. */
function newest(replay: Replay, t: number): Node[] {
  const { events } = replay.header;
  const e = events[lastEventAt(events, t)];
  if (!e) return [];
  const flight = e.flight >= 0 ? replay.header.lanes.find((l) => l.flight === e.flight)?.name : undefined;
  return [
    h("span", { class: "quiet" }, `${clock(e.t, true)} `),
    ...(flight ? [h("strong", null, name(flight, 40)), new Text(" ")] : []),
    name(e.text, 140),
  ];
}

/** Show the time line in `root`. */
export function timeline(root: HTMLElement): void {
  const id = uniqueId("events");
  const time = h("output", { class: "time", "aria-label": "Time" });
  const last = h("p", { class: "newest" });
  const range = h("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 0.1,
    "aria-label": "Time",
    oninput: () => {
      actions.pause();
      actions.seek(Number(range.value));
    },
  });
  const picture = h("div", { class: "strip-place" });
  const head = h("div", { class: "playhead", "aria-hidden": "true" });
  const scale = h("div", { class: "ticks", "aria-hidden": "true" });
  const lane = h("div", { class: "message-lane", "aria-hidden": "true", hidden: true });
  const read = h("div", {
    class: "strip-table",
    id,
    hidden: true,
    tabindex: 0,
    role: "region",
    "aria-label": "Events by minute",
  });
  const toggle = h(
    "button",
    {
      type: "button",
      class: "link",
      "aria-expanded": "false",
      "aria-controls": id,
      onclick: () => {
        read.hidden = !read.hidden;
        toggle.setAttribute("aria-expanded", String(!read.hidden));
      },
    },
    "As a table",
  );
  root.append(
    h("div", { class: "time-row" }, buttons(), time, last, key(), toggle),
    h("div", { class: "track" }, picture, lane, head, range, scale),
    read,
  );

  store.on(["replay"], ({ replay }) => {
    replace(picture, replay ? drawn(replay) : null);
    replace(scale, ...(replay ? ticks(replay) : []));
    replace(read, replay ? messageTable(replay) : null, replay ? table(replay) : null);
    const marks = replay ? messages(replay) : [];
    replace(lane, ...marks);
    lane.hidden = !marks.length;
    range.max = String(replay?.header.duration ?? 1);
    range.disabled = !replay;
  });
  let shownTime = "";
  store.on(["time", "replay"], ({ time: t, replay }) => {
    const end = replay?.header.duration ?? 0;
    const words = `${clock(t, true)} / ${clock(end)}`;
    if (words !== shownTime) {
      time.textContent = shownTime = words;
      range.setAttribute("aria-valuetext", clock(t));
    }
    if (document.activeElement !== range || Math.abs(Number(range.value) - t) > 0.05) range.value = String(t);
    head.style.left = `${end ? (100 * t) / end : 0}%`;
    replace(last, ...(replay ? newest(replay, t) : []));
  });
}

function key(): HTMLElement {
  const list = h("ul", { class: "strip-key", "aria-label": "Colors and marks of the strip" });
  store.on(["replay"], ({ replay }) => {
    const sent = replay ? messagesOf(replay.header) : [];
    const rows = [
      ["sensing", "Sensing"],
      ["deciding", "Deciding"],
      ["firing", "Firing"],
      ["hit", "Asset hit"],
      ...(sent.some((m) => m.first !== null) ? [["heard", "Message"]] : []),
      ...(sent.some((m) => m.first === null) ? [["lost", "Message lost"]] : []),
      ...(replay && mistakesOf(replay.header.events).length ? [["mistake", "Shot by mistake"]] : []),
    ];
    replace(list, ...rows.map(([c, t]) => h("li", { class: c }, t)));
  });
  return list;
}
