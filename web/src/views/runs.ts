// Which run and which replication is shown; runs that cannot be read say why.

import type { RunCard } from "../contract";
import { source } from "../source";
import { actions, store } from "../store";
import { h, name, replace } from "../ui/dom";
import { count, plural } from "../ui/format";

const MIN_RUNS_TO_FILTER = 8; // with more runs than this a field to filter them

function facts(run: RunCard): string {
  const failed = run.failed ? `, ${count(run.failed)} failed` : "";
  const replications = `${plural(run.replications, "replication", "replications")}${failed}`;
  return `${run.scenario} · ${replications} · seed ${run.seed} · digest ${run.digest.slice(0, 12)}`;
}

function runCard(run: RunCard, open: string | undefined, choose: (id: string) => void): HTMLElement {
  if (run.state === "unreadable") {
    return h(
      "li",
      { class: "run unreadable" },
      h("strong", null, name(run.name, 100)),
      h("span", { class: "badge bad" }, "cannot be read"),
      h("p", null, name(run.message, 1000)),
    );
  }
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "run", "aria-current": run.id === open ? "true" : null, onclick: () => choose(run.id) },
      h("strong", null, name(run.name, 100)),
      run.id === open ? h("span", { class: "badge" }, "open") : null,
      h("span", { class: "run-question" }, name(run.question, 240)),
      h("span", { class: "quiet" }, name(facts(run), 240)),
    ),
  );
}

function runsDialog(): { dialog: HTMLDialogElement; open(): void } {
  const list = h("ul", { class: "run-list" });
  const filter = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the runs" });
  const close = (): void => dialog.close();
  const dialog = h(
    "dialog",
    { class: "dialog runs", "aria-labelledby": "runs-title" },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "runs-title" }, "Runs"),
      filter,
      h("button", { type: "button", class: "plain", "aria-label": "Close the list of runs", onclick: close }, "×"),
    ),
    h("div", { class: "dialog-body" }, list),
  );
  const choose = (id: string): void => {
    close();
    void actions.openRun(id);
  };
  const draw = (): void => {
    const { runs, run } = store.get();
    const query = filter.value.trim().toLowerCase();
    const fits = runs.filter((r) => `${r.name} ${r.scenario} ${r.question}`.toLowerCase().includes(query));
    filter.hidden = runs.length <= MIN_RUNS_TO_FILTER;
    replace(
      list,
      ...fits.map((r) => runCard(r, run?.id, choose)),
      fits.length ? null : h("li", { class: "empty" }, runs.length ? "No run fits." : "The server has no runs."),
    );
  };
  filter.addEventListener("input", draw);
  dialog.addEventListener("keydown", (e) => e.stopPropagation());
  dialog.addEventListener("click", (e) => {
    if (e.target === dialog) close();
  });
  store.on(["runs", "run"], () => {
    if (dialog.open) draw();
  });
  return {
    dialog,
    open: () => {
      draw();
      dialog.showModal();
      void actions.loadRuns(); // one may have become complete
    },
  };
}

/** The replication: a number to type, one back, one on. */
function replicationChoice(): HTMLElement {
  const field = h("input", {
    type: "number",
    min: 0,
    step: 1,
    "aria-label": "Replication shown",
    class: "replication",
  });
  const of = h("span", { class: "quiet" });
  const most = (): number => Math.max(0, (store.get().run?.replications ?? 1) - 1);
  const go = (r: number): void => {
    const next = Math.max(0, Math.min(most(), Math.round(r)));
    field.value = String(next);
    if (next !== store.get().replay?.header.replication) void actions.openReplay(next);
  };
  const by = (n: number) => (): void => go((store.get().replay?.header.replication ?? 0) + n);
  field.addEventListener("change", () => {
    if (field.value !== "" && Number.isFinite(field.valueAsNumber)) go(field.valueAsNumber);
  });
  const before = h(
    "button",
    {
      type: "button",
      class: "plain",
      "aria-label": "Replication before",
      title: "Replication before",
      onclick: by(-1),
    },
    "‹",
  );
  const after = h(
    "button",
    { type: "button", class: "plain", "aria-label": "Next replication", title: "Next replication", onclick: by(1) },
    "›",
  );
  const place = h(
    "span",
    { class: "replications" },
    h("span", { class: "quiet" }, "Replication"),
    before,
    field,
    after,
    of,
  );
  store.on(["run", "replay"], (s) => {
    place.hidden = !s.run;
    if (!s.run) return;
    const shown = s.replay?.header.replication;
    field.max = String(most());
    field.value = shown === undefined ? "" : String(shown);
    of.textContent = `of ${count(s.run.replications)}`;
    const stored = s.run.recorded;
    const some = `${stored.slice(0, 20).join(", ")}${stored.length > 20 ? " …" : ""}`;
    field.title = stored.length
      ? `Stored with paths: ${some}; others are computed again, the same`
      : "Computed again when opened, the same";
    before.disabled = shown === undefined || shown <= 0;
    after.disabled = shown === undefined || shown >= most();
  });
  return place;
}

function embeddedLine(root: HTMLElement): void {
  const line = h("span", { class: "quiet" });
  root.append(line);
  store.on(["run", "replay"], (s) => {
    if (s.run) replace(line, name(s.run.name, 40), ` · replication ${s.replay?.header.replication ?? "–"}`);
  });
}

export function runs(root: HTMLElement): void {
  if (source.embedded) {
    embeddedLine(root);
    return;
  }
  const { dialog, open } = runsDialog();
  const label = h("span");
  const button = h(
    "button",
    { type: "button", class: "run-button", "aria-haspopup": "dialog", title: "Choose another run", onclick: open },
    h("span", { class: "sr" }, "Run: "),
    label,
    h("span", { "aria-hidden": "true" }, " ▾"),
  );
  root.append(button, replicationChoice(), dialog);
  store.on(["run", "runs"], (s) => {
    const bad = s.runs.filter((r) => r.state === "unreadable").length;
    replace(
      label,
      s.run ? name(s.run.name, 32) : "Choose a run",
      s.runs.length > 1
        ? h("span", { class: "quiet" }, ` (${count(s.runs.length)} runs${bad ? `, ${count(bad)} unreadable` : ""})`)
        : null,
    );
  });
}
