// What if: move levers, the local server runs replications, and the new answer stands beside the old one.

import type { Finding, RunSummary, WhatIfDone, WhatIfEvent, WhatIfPanel } from "../contract";
import { source } from "../source";
import { actions, report, store } from "../store";
import { Trouble } from "../trouble";
import { h, name, replace, truncate } from "../ui/dom";
import { count, findingInterval, findingValue, number, plural } from "../ui/format";
import { type Cell, table } from "../ui/table";
import { comparison, paired } from "./compare";
import { Levers } from "./levers";

const RETRIES = 3; // times that a lost connection is taken up again unasked
const RETRY_DELAY = 1500; // ms before that

interface Answer {
  base: string;
  words: string[];
  done: WhatIfDone;
}
interface Job {
  id: string;
  words: string[];
  base: RunSummary;
  stop: () => void;
  lost: number;
  timer: number;
}

/** The part of the page that shows what the job does and what came of it. */
class Results {
  readonly element: HTMLElement;
  private readonly bar = h("progress", { max: 1, value: 0, "aria-label": "Replications done" });
  private readonly phase = h("p", { class: "quiet", role: "status" });
  private readonly notice = h("div", { class: "notice", role: "alert", hidden: true });
  private readonly running = h("section", { class: "card wide running", hidden: true });
  private readonly partial = h("div");
  private readonly answer = h("div", { class: "cards" });
  private readonly history = h("ol", { class: "history" });
  private readonly past = h(
    "section",
    { class: "card wide", hidden: true },
    h("h2", null, "Answers since the page was loaded"),
    this.history,
  );
  private readonly answers: Answer[] = [];

  constructor(cancel: () => void) {
    this.running.append(
      h(
        "div",
        { class: "card-head" },
        h("h2", null, "Running"),
        h("button", { type: "button", onclick: cancel }, "Cancel"),
      ),
      this.bar,
      this.phase,
      this.partial,
    );
    this.element = h("div", { class: "results" }, this.notice, this.running, this.answer, this.past);
    this.idle();
  }

  idle(): void {
    replace(
      this.answer,
      h(
        "p",
        { class: "empty" },
        "Move levers and run: the changed scenario runs on common random numbers, the paired difference shows here.",
      ),
    );
  }

  start(words: readonly string[]): void {
    this.say(null);
    this.running.hidden = false;
    this.bar.removeAttribute("value");
    replace(this.partial);
    this.phase.textContent = `Starting … ${words.length ? truncate(words.join("; "), 300) : "nothing is changed"}`;
    replace(this.answer);
  }

  progress(e: WhatIfEvent, base: RunSummary): void {
    this.say(null);
    this.bar.max = Math.max(1, e.of);
    this.bar.value = e.done;
    const of = plural(e.of, "replication", "replications");
    this.phase.textContent = `${truncate(e.phase, 120)}: ${count(e.done)} of ${of}`;
    if (e.findings.length) replace(this.partial, soFar(e.findings, base));
  }

  ended(): void {
    this.running.hidden = true;
  }

  show(answer: Answer): void {
    this.answers.push(answer);
    this.past.hidden = false;
    this.list();
    this.draw(answer);
  }

  say(text: string | null, ...buttons: Node[]): void {
    this.notice.hidden = text === null;
    replace(this.notice, text === null ? null : h("span", null, name(text, 600)), ...buttons);
  }

  private draw(answer: Answer): void {
    const { done, words } = answer;
    const head = h(
      "section",
      { class: "card wide" },
      h(
        "div",
        { class: "card-head" },
        h("h2", null, words.length ? "What if" : "The same scenario again"),
        h(
          "button",
          {
            type: "button",
            onclick: () => {
              void actions.openRun(done.run.id);
              actions.showPage("dashboard");
            },
          },
          "Open as a run",
        ),
      ),
      h("ul", { class: "changes" }, ...words.map((w) => h("li", null, name(w, 200)))),
      h(
        "p",
        { class: "quiet" },
        `Against ${truncate(answer.base, 60)}; ${paired(done.compare)}, ${number(done.seconds)} s.`,
      ),
    );
    replace(this.answer, head, comparison(done.compare, { a: "As it was", b: "What if" }));
    this.list(answer);
  }

  private list(shown?: Answer): void {
    const items = this.answers.map((a) => {
      const leakers = a.done.compare.rows.find((r) => r.metric === "leakers") ?? a.done.compare.rows[0];
      const short = leakers
        ? ` ${leakers.label}: ${findingValue(leakers.difference, true)} ${findingInterval(leakers.difference, true)}`
        : "";
      return h(
        "li",
        null,
        h(
          "button",
          {
            type: "button",
            class: "past-answer",
            "aria-current": a === shown ? "true" : null,
            onclick: () => this.draw(a),
          },
          h("span", null, name(a.words.join("; ") || "nothing changed", 160)),
          h("span", { class: "quiet" }, `n = ${count(a.done.compare.pairs)}.${short}`),
        ),
      );
    });
    replace(this.history, ...items.reverse());
  }
}

/** The findings so far beside those of the run. */
function soFar(findings: readonly Finding[], base: RunSummary): HTMLElement {
  const old = new Map(base.findings.map((f) => [f.metric, f]));
  return table(
    ["Measure", `As it was, n = ${count(base.replications)}`, "What if, so far", "95 % interval", "n"],
    findings.map((f): Cell[] => {
      const was = old.get(f.metric);
      return [f.label, was ? findingValue(was) : "–", findingValue(f), findingInterval(f), count(f.n)];
    }),
    { numbers: [1, 2, 3, 4], caption: "Findings so far" },
  );
}

class WhatIf {
  private readonly n = h("input", {
    type: "number",
    min: 1,
    step: 1,
    "aria-label": "Replications to run",
    oninput: () => this.enable(),
  });
  private readonly run = h("button", { type: "submit", class: "primary" }, "Run");
  private readonly reset = h("button", { type: "button", onclick: () => this.levers.reset() }, "Reset");
  private readonly summary = h("p", { class: "quiet", "aria-live": "polite" });
  private readonly message = h("p", { class: "empty" });
  private readonly levers = new Levers(() => this.enable());
  private readonly results = new Results(() => void this.cancel());
  private readonly form: HTMLElement;
  private loaded = ""; // id of the run whose levers are shown
  private job: Job | null = null;
  private cancelRequested = false; // canceled before the server had named the job

  constructor(root: HTMLElement) {
    const submit = (e: Event): void => {
      e.preventDefault();
      void this.start();
    };
    this.form = h(
      "form",
      { class: "whatif-form", "aria-label": "Levers", onsubmit: submit },
      this.levers.element,
      h("div", { class: "whatif-run" }, h("label", null, "Replications ", this.n), this.run, this.reset, this.summary),
    );
    root.append(h("div", { class: "whatif-side" }, this.message, this.form), this.results.element);
    store.on(["run", "page"], () => void this.load());
  }

  private enable(): void {
    const moved = this.levers.changes().words.length;
    const valid = this.levers.valid() && this.n.validity.valid && this.n.value !== "";
    this.run.disabled = this.job !== null || !this.loaded || !valid;
    this.reset.disabled = !moved;
    this.summary.textContent = valid
      ? moved
        ? plural(moved, "lever moved", "levers moved")
        : "Nothing is changed yet"
      : "A value is outside its range";
  }

  /** The levers of the run that is open, when the page is first looked at. */
  private async load(): Promise<void> {
    const { run: base, page } = store.get();
    if (page !== "whatif") return;
    this.form.hidden = !base;
    this.message.hidden = Boolean(base);
    this.message.textContent = base ? "The levers cannot be shown." : "No run is open. Choose one above.";
    if (!base || base.id === this.loaded) return;
    this.loaded = "";
    try {
      const panel = await source.whatif(base.id);
      if (store.get().run?.id !== base.id) return;
      this.loaded = base.id;
      this.levers.show(panel);
      this.n.min = String(panel.replications.minimum);
      this.n.max = String(panel.replications.maximum);
      this.n.value = String(panel.replications.value);
      this.enable();
      if (panel.job) await this.follow(panel.job, base);
    } catch (error) {
      this.form.hidden = true;
      this.message.hidden = false;
      if (error instanceof Trouble)
        replace(this.message, name(error.problem.message, 400), " ", name(error.problem.todo, 300));
      else report(error);
    }
  }

  private async start(): Promise<void> {
    const base = store.get().run;
    if (!base || this.job || base.id !== this.loaded) return;
    const { values, words } = this.levers.changes();
    this.run.disabled = true;
    this.cancelRequested = false;
    this.results.start(words);
    try {
      const { job: id } = await source.startWhatif(base.id, values, this.n.valueAsNumber);
      this.job = { id, words, base, stop: () => undefined, lost: 0, timer: 0 };
      this.listen(this.job);
      this.enable();
    } catch (error) {
      this.fail(error);
    }
    if (this.cancelRequested) await this.cancel();
  }

  /** A question that was being worked on when the page was loaded. */
  private async follow(job: NonNullable<WhatIfPanel["job"]>, open: RunSummary): Promise<void> {
    if (this.job) return;
    const base = job.run === open.id ? open : await source.summary(job.run);
    if (this.job) return;
    const words = [job.label];
    this.results.start(words);
    this.job = { id: job.id, words, base, stop: () => undefined, lost: 0, timer: 0 };
    this.listen(this.job);
    this.enable();
  }

  private listen(mine: Job): void {
    clearTimeout(mine.timer);
    mine.stop(); // never two at once
    mine.stop = source.events(mine.id, {
      progress: (e) => {
        mine.lost = 0;
        this.results.progress(e, mine.base);
      },
      done: (done) => {
        this.finish();
        this.results.say(null);
        this.results.show({ base: mine.base.name, words: mine.words, done });
        void actions.loadRuns(); // the answer is a run among the others now
      },
      failed: (why) => this.end(`The what-if failed: ${why}`),
      canceled: () => this.end("Canceled. Nothing was kept of it."),
      lost: () => this.lost(mine),
    });
  }

  /** The connection broke: taken up again a few times unasked, then when asked. */
  private lost(mine: Job): void {
    if (this.job !== mine) return;
    mine.lost += 1;
    const again = (): void => {
      if (this.job === mine) this.listen(mine);
    };
    const given = mine.lost > RETRIES;
    const retry = h(
      "button",
      {
        type: "button",
        onclick: () => {
          mine.lost = 0;
          again();
        },
      },
      "Try again",
    );
    const leave = h("button", { type: "button", onclick: () => this.leave(mine) }, "Give up");
    this.results.say(
      given
        ? "The connection to the server is lost. If openiads view has ended, start it again."
        : "The connection was lost; trying again …",
      retry,
      ...(given ? [leave] : []),
    );
    if (!given) mine.timer = window.setTimeout(again, RETRY_DELAY);
  }

  /** Nobody listens any more: the server, if it is there, need not go on either. */
  private leave(mine: Job): void {
    source.cancel(mine.id).catch(() => undefined); // it may be gone
    this.end(null);
  }

  private async cancel(): Promise<void> {
    this.cancelRequested = !this.job;
    if (!this.job) return;
    try {
      await source.cancel(this.job.id);
    } catch (error) {
      this.fail(error); // nobody is there to cancel
    }
  }

  private finish(): void {
    if (this.job) clearTimeout(this.job.timer);
    this.job?.stop();
    this.job = null;
    this.results.ended();
    this.enable();
  }

  /** It is over without an answer. */
  private end(why: string | null): void {
    this.finish();
    this.results.idle();
    this.results.say(why);
  }

  private fail(error: unknown): void {
    this.end(error instanceof Trouble ? `${error.problem.message} ${error.problem.todo}` : null);
    if (!(error instanceof Trouble)) report(error);
  }
}

export function whatif(root: HTMLElement): void {
  new WhatIf(root);
}
