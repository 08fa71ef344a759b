// Whatever is built into the script is told with its license; what states none is refused.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packagesOf, told } from "../tools/licenses";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "viewer-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A package as npm installs it. */
function installed(name: string, license: string | undefined, files: Record<string, string>): string {
  const folder = join(root, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

test("packages are those that modules come from, however deep, and those that draw for us", () => {
  const one = join(root, "node_modules", "one", "src", "a.js");
  const nested = join(root, "node_modules", "one", "node_modules", "@who", "two", "b.js");
  const found = packagesOf([one, nested, join(root, "src", "main.ts"), "\0virtual"], root);
  expect([...found.keys()]).toEqual(["@who/two", "milsymbol", "one"]);
  expect(found.get("@who/two")).toBe(join(root, "node_modules", "one", "node_modules", "@who", "two"));
});

test("name, version, identifier and the whole text of each license are told", () => {
  const one = installed("one", "MIT", { LICENSE: "Copyright (c) One\r\nAll of it.\n", "README.md": "not this" });
  const two = installed("@who/two", "Apache-2.0", { "LICENSE.md": "Two's", NOTICE: "and its notice" });
  const text = told(new Map(Object.entries({ "@who/two": two, one })));
  expect(text).toContain("\none 1.2.3 (MIT)\n\nCopyright (c) One\nAll of it.\n");
  expect(text).toContain("\n@who/two 1.2.3 (Apache-2.0)\n\nTwo's\nand its notice\n");
  expect(text).not.toContain("not this");
  expect(text).not.toContain("\r");
});

test("a package without a license is refused", () => {
  const bare = installed("bare", "MIT", { "README.md": "" });
  expect(() => told(new Map([["bare", bare]]))).toThrow("bare: no license");
  const silent = installed("silent", undefined, { LICENSE: "text" });
  expect(() => told(new Map([["silent", silent]]))).toThrow("silent: no license");
});
