import { beforeEach, describe, expect, test, vi } from "vitest";
import { replayFile } from "./replay";

type Source = typeof import("../src/source")["source"];

/** The source on a page with these elements. */
async function onPage(elements: Record<string, string>): Promise<Source> {
  vi.resetModules();
  const found = (id: string): object | null => (id in elements ? { textContent: elements[id] } : null);
  vi.stubGlobal("document", { getElementById: found });
  return (await import("../src/source")).source;
}

const answer = (body: string | ArrayBuffer, status = 200): Response => new Response(body, { status });
const fetched = vi.fn();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});

describe("a server", () => {
  test("is asked by addresses without a host, with names encoded", async () => {
    const source = await onPage({});
    fetched.mockImplementation(() => Promise.resolve(answer("[]")));
    await source.runs();
    await source.summary("a/b?c");
    await source.compare("a&b", "c d");
    expect(fetched.mock.calls.map(([path]) => path)).toEqual([
      "api/runs",
      "api/runs/a%2Fb%3Fc",
      "api/compare?a=a%26b&b=c%20d",
    ]);
    expect(source.embedded).toBe(false);
  });

  test("that refuses is quoted", async () => {
    const source = await onPage({});
    fetched.mockResolvedValue(answer('{"message": "No such run.", "todo": "Choose another."}', 404));
    await expect(source.summary("x")).rejects.toMatchObject({
      problem: { message: "No such run.", todo: "Choose another." },
    });
  });

  test("that fails without words, is gone or is cut off: each has a message and what to do", async () => {
    const source = await onPage({});
    fetched.mockResolvedValue(answer("<html>", 500));
    await expect(source.runs()).rejects.toMatchObject({ problem: { message: "The server answered 500 to api/runs." } });
    fetched.mockRejectedValue(new TypeError("Failed to fetch"));
    await expect(source.runs()).rejects.toMatchObject({ problem: { message: "The server does not answer." } });
    fetched.mockResolvedValue(answer('[{"id": '));
    await expect(source.runs()).rejects.toMatchObject({
      problem: { message: "The server's answer to api/runs is cut off." },
    });
  });

  test("gives replays that are decoded, and damaged ones say so", async () => {
    const source = await onPage({});
    const file = replayFile({ paths: [[[0, 35, 35, 0]]] });
    fetched.mockResolvedValueOnce(answer(file));
    expect((await source.replay("a", 3)).header.movers).toHaveLength(1);
    expect(fetched.mock.calls[0][0]).toBe("api/runs/a/replays/3");
    fetched.mockResolvedValueOnce(answer(file.slice(0, 200)));
    await expect(source.replay("a", 3)).rejects.toMatchObject({ message: expect.stringContaining("damaged") });
  });

  test("gets a what-if as values by path", async () => {
    const source = await onPage({});
    fetched.mockResolvedValue(answer('{"job": "7"}'));
    expect(await source.startWhatif("a", { "unit.salvo": 2 }, 100)).toEqual({ job: "7" });
    const [path, options] = fetched.mock.calls[0];
    expect([path, options.method]).toEqual(["api/runs/a/whatif", "POST"]);
    expect(JSON.parse(options.body)).toEqual({ values: { "unit.salvo": 2 }, replications: 100 });
  });
});

describe("a one-file replay", () => {
  async function packed(): Promise<string> {
    const file = new Blob([replayFile({ paths: [[[0, 35, 36, 10]]] })]);
    const zipped = await new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    return Buffer.from(zipped).toString("base64").replace(/.{76}/g, "$&\n");
  }

  test("is read from the page, and no server is asked", async () => {
    const source = await onPage({ replay: await packed(), summary: '{"id": "only", "name": "Only"}' });
    expect(source.embedded).toBe(true);
    expect((await source.runs()).map((r) => r.id)).toEqual(["only"]);
    expect((await source.replay("only", 0)).header.pathPoints).toBe(1);
    await expect(source.compare("a", "b")).rejects.toMatchObject({
      problem: { message: "This page is one replay without a server.", todo: "Open the run with `openiads view`." },
    });
    expect(fetched).not.toHaveBeenCalled();
  });
});
