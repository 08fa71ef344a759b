// Writes src/symbols.generated.ts: the APP-6 symbols of the viewer as SVG text, drawn by milsymbol at build time.
// The frame's shape carries identity (hostile diamond, friend rectangle or dome, neutral square, unknown quatrefoil),
// its color repeats it.  Run: npm run symbols
import { writeFileSync } from "node:fs";
import milsymbol from "milsymbol";

const IDENTITIES = { pending: 0, unknown: 1, "assumed-friend": 2, friend: 3, neutral: 4, suspect: 5, hostile: 6 };
// symbol set, entity, modifiers (APP-6D numbers)
const FLYING = {
  air: ["01", "000000", "0000"],
  aircraft: ["01", "110100", "0000"],
  airliner: ["01", "120100", "0000"],
  drone: ["01", "110300", "0000"],
  cruise: ["02", "110000", "0700"],
  ballistic: ["02", "110000", "0600"],
};
const STANDING = {
  "friend-site": ["10", "130100", "0000"],
  "friend-fire-unit": ["10", "130102", "0000"],
  "friend-launcher": ["15", "110700", "0000"],
  "friend-radar": ["15", "220300", "0000"],
  "friend-post": ["10", "110000", "0000", "2"],
  "friend-ship": ["30", "120200", "0000"],
  "friend-round": ["02", "110000", "0800"],
};
const ASSET = ["20", "000000", "0000"]; // a plain installation

function drawn(identity, [set, entity, modifiers, staff = "0"], size = 20) {
  const sidc = `100${identity}${set}0${staff}00${entity}${modifiers}`;
  const symbol = new milsymbol.Symbol(sidc, {
    size,
    outlineColor: "rgba(255,255,255,0.75)",
    outlineWidth: 3,
    civilianColor: false,
  });
  if (!symbol.isValid()) throw new Error(`milsymbol does not know ${sidc}`);
  return symbol
    .asSVG()
    .replace(/\s+/g, " ")
    .replace(/ ?><\/(path|circle|rect)>/g, "/>");
}

const symbols = { asset: drawn(3, ASSET) };
for (const [word, identity] of Object.entries(IDENTITIES)) {
  for (const [kind, what] of Object.entries(FLYING)) symbols[`${word}-${kind}`] = drawn(identity, what);
}
for (const [key, what] of Object.entries(STANDING)) symbols[key] = drawn(3, what);

const lines = Object.entries(symbols).map(([key, svg]) => `  ${JSON.stringify(key)}: ${JSON.stringify(svg)},`);
const text = [
  "// Written by tools/symbols.mjs from milsymbol; do not edit.",
  "export const SYMBOLS: Readonly<Record<string, string>> = {",
  ...lines,
  "};",
  "",
].join("\n");
writeFileSync(new URL("../src/symbols.generated.ts", import.meta.url), text);
