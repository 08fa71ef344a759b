// Where runs come from: the local server, or the page itself when it is a one-file replay.

import type {
  CompareResult,
  Problem,
  RunCard,
  RunSummary,
  WhatIfDone,
  WhatIfEvent,
  WhatIfPanel,
  WhatIfStart,
} from "./contract";
import { type Backdrop, decode, decodeBackdrop, type Replay } from "./decode";
import { Trouble } from "./trouble";

const NO_SERVER: Problem = {
  message: "The server does not answer.",
  todo: "Is `openiads view` still running? Start it again and open the address it prints.",
};

async function request(path: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Trouble(NO_SERVER);
  }
  if (answer.ok) return answer;
  let problem: Problem = { message: `The server answered ${answer.status} to ${path}.`, todo: "Reload the page." };
  try {
    const answered = (await answer.json()) as Partial<Problem>;
    if (typeof answered.message === "string")
      problem = { message: answered.message, todo: String(answered.todo ?? "") };
  } catch {
    // no JSON in the answer: the status says it
  }
  throw new Trouble(problem);
}

async function json<T>(path: string, options?: RequestInit): Promise<T> {
  const answer = await request(path, options);
  try {
    return (await answer.json()) as T;
  } catch {
    throw new Trouble({ message: `The server's answer to ${path} is cut off.`, todo: "Try again." });
  }
}

export interface JobHandlers {
  progress(e: WhatIfEvent): void;
  done(e: WhatIfDone): void;
  failed(message: string): void;
  canceled(): void;
  lost(): void; // the connection broke; call `events` again to listen again
}

const run = (id: string): string => `api/runs/${encodeURIComponent(id)}`;

const server = {
  embedded: false,
  runs: (): Promise<RunCard[]> => json<RunCard[]>("api/runs"),
  summary: (id: string): Promise<RunSummary> => json<RunSummary>(run(id)),
  async replay(id: string, replication: number): Promise<Replay> {
    const answer = await request(`${run(id)}/replays/${replication}`);
    return decode(await answer.arrayBuffer());
  },
  async backdrop(id: string, replication: number): Promise<Backdrop> {
    const answer = await request(`${run(id)}/replays/${replication}/backdrop`);
    return decodeBackdrop(await answer.arrayBuffer());
  },
  compare: (a: string, b: string): Promise<CompareResult> =>
    json<CompareResult>(`api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`),
  whatif: (id: string): Promise<WhatIfPanel> => json<WhatIfPanel>(`${run(id)}/whatif`),
  startWhatif: (
    id: string,
    values: Record<string, number | string | boolean>,
    replications: number,
  ): Promise<WhatIfStart> =>
    json<WhatIfStart>(`${run(id)}/whatif`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ values, replications }),
    }),
  async cancel(job: string): Promise<void> {
    await request(`api/jobs/${encodeURIComponent(job)}`, { method: "DELETE" });
  },
  /** Listen to a job; the function given back stops listening. */
  events(job: string, h: JobHandlers): () => void {
    const stream = new EventSource(`api/jobs/${encodeURIComponent(job)}/events`);
    const data = (e: Event): unknown => JSON.parse((e as MessageEvent<string>).data);
    stream.addEventListener("progress", (e) => h.progress(data(e) as WhatIfEvent));
    stream.addEventListener("done", (e) => {
      stream.close();
      h.done(data(e) as WhatIfDone);
    });
    stream.addEventListener("failed", (e) => {
      stream.close();
      h.failed((data(e) as { message: string }).message);
    });
    stream.addEventListener("canceled", () => {
      stream.close();
      h.canceled();
    });
    stream.onerror = () => {
      stream.close();
      h.lost();
    };
    return () => stream.close();
  },
};

export type Source = typeof server;

async function unpackEmbedded(element: Element): Promise<Replay> {
  const text = atob((element.textContent ?? "").replace(/\s+/g, ""));
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return decode(await new Response(unpacked).arrayBuffer());
}

const absent = (): Promise<never> =>
  Promise.reject(
    new Trouble({ message: "This page is one replay without a server.", todo: "Open the run with `openiads view`." }),
  );

function embeddedIn(page: Document): Source | null {
  const packed = page.getElementById("replay");
  const summaryElement = page.getElementById("summary");
  if (!packed || !summaryElement) return null;
  const summary = JSON.parse(summaryElement.textContent ?? "") as RunSummary;
  return {
    ...server,
    embedded: true,
    runs: () => Promise.resolve([summary]),
    summary: () => Promise.resolve(summary),
    replay: () => unpackEmbedded(packed),
    backdrop: absent,
    compare: absent,
    whatif: absent,
    startWhatif: absent,
    cancel: absent,
  };
}

export const source: Source = embeddedIn(document) ?? server;
