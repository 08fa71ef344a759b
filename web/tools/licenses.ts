// A Vite plugin: the licenses of what the built script holds of others, in front of the script itself (a replay in one
// file takes the script along, and its licenses must go with it) and as LICENSES.txt beside it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Packages whose output the source holds, though the script imports nothing of them. */
const DRAWN: Readonly<Record<string, string>> = {
  milsymbol: "the APP-6 symbols are drawn with it (tools/symbols.mjs)",
};
const PACKAGE = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/;
const RULE = "-".repeat(80);

/** Folders of the packages that modules come from, by name. */
export function packagesOf(modules: readonly string[], root: string): Map<string, string> {
  const found = new Map(Object.keys(DRAWN).map((name) => [name, join(root, "node_modules", name)]));
  for (const module of modules) {
    const match = PACKAGE.exec(module);
    if (match) found.set(match[2].replaceAll("\\", "/"), match[1] + match[2]);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is to be said of these packages: name, version, SPDX identifier and the whole text of each license. */
export function told(packages: ReadonlyMap<string, string>): string {
  const parts = [...packages].map(([name, folder]) => {
    const stated: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const { version, license } = stated as { version: string; license?: unknown };
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
    if (typeof license !== "string" || files.length === 0) throw new Error(`${name}: no license stated in ${folder}`);
    const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r", "").trim());
    const why = name in DRAWN ? `: ${DRAWN[name]}` : "";
    return [RULE, `${name} ${version} (${license})${why}`, "", ...texts, ""].join("\n");
  });
  return ["The viewer of openiads is MIT, as openiads itself. It holds:", "", ...parts].join("\n");
}

/** The plugin; `root` is the folder with node_modules. */
export function licenses(root = join(import.meta.dirname, "..")): Plugin {
  return {
    name: "licenses",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
      const text = told(packagesOf(modules, root));
      if (text.includes("*/")) throw new Error("a license would end the comment that it stands in");
      for (const chunk of chunks) chunk.code = `/*!\n${text}*/\n${chunk.code}`;
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: text });
    },
  };
}
