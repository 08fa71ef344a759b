// The rules that the linter is there to hold, each with a planted fault.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const WEB = join(import.meta.dirname, "..");
const LONGEST = 120;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "viewer-"));
  mkdirSync(join(place, "src"));
  copyFileSync(join(WEB, "biome.jsonc"), join(place, "biome.jsonc"));
});
afterEach(() => rmSync(place, { recursive: true }));

/** What the linter says of these files under the viewer's own rules. */
function lint(files: Record<string, string>): { status: number | null; said: string } {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, "src", name), text);
  const biome = join(WEB, "node_modules", ".bin", "biome");
  const done = spawnSync(biome, ["lint", "--error-on-warnings", "--colors=off"], { cwd: place, encoding: "utf8" });
  return { status: done.status, said: done.stdout + done.stderr };
}

const A = 'import { b } from "./b";\n\nexport const a = (): number => b() + 1;\n';
const B = "export const b = (): number => 1;\n";

test("a circle of imports is found, of modules and of types alone; a straight line is none", () => {
  expect(lint({ "a.ts": A, "b.ts": B }).status).toBe(0);
  const circle = lint({ "a.ts": A, "b.ts": `import { a } from "./a";\n\nexport const b = (): number => a();\n` });
  expect(circle.status).not.toBe(0);
  expect(circle.said).toContain("noImportCycles");
  const types = lint({
    "a.ts": 'import type { B } from "./b";\n\nexport type A = B[];\n',
    "b.ts": 'import type { A } from "./a";\n\nexport type B = A | null;\n',
  });
  expect(types.status).not.toBe(0);
  expect(types.said).toContain("noImportCycles");
});

test("no line is longer than the formatter's width, comments and texts included", () => {
  const files = ["src", "tests", "tools"].flatMap((folder) =>
    readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const sources = files.filter((f) => /\.(ts|mjs|css)$/.test(f) && !f.endsWith(".generated.ts"));
  expect(sources.length).toBeGreaterThan(50);
  const long = sources.flatMap((file) =>
    readFileSync(join(WEB, file), "utf8")
      .split("\n")
      .flatMap((line, k) => ([...line].length > LONGEST ? [`${file}:${k + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
