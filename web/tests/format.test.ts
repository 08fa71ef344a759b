import { describe, expect, test } from "vitest";
import type { Finding } from "../src/contract";
import { numberedEnd, truncate, truncateMiddle } from "../src/ui/dom";
import * as format from "../src/ui/format";
import { csv } from "../src/ui/table";
import * as units from "../src/ui/units";
import { numbers } from "./replay";

const random = numbers(3);

/** A number as it was written for reading. */
const read = (text: string): number => Number(text.replaceAll(",", "").replace("−", "-"));

describe("numbers", () => {
  test("three significant digits, within half of the last one, for any size and sign", () => {
    for (let k = 0; k < 500; k++) {
      const x = (random() < 0.5 ? -1 : 1) * 10 ** (9 * random() - 4);
      const error = Math.abs(read(format.number(x)) - x);
      const unit = 10 ** Math.max(-8, Math.min(0, Math.floor(Math.log10(Math.abs(x))) - 2)); // whole numbers stay whole
      expect(error, `${x} as ${format.number(x)}`).toBeLessThanOrEqual(0.5 * unit * (1 + 1e-9));
    }
  });

  test("a tie goes to the even digit, as the report rounds it", () => {
    expect([4.625, 2.5, 12.25, 12.75, -4.625, 1234.5].map((x) => format.number(x))).toEqual([
      "4.62",
      "2.5",
      "12.2",
      "12.8",
      "−4.62",
      "1,234",
    ]);
    expect([4.615, 4.635].map((x) => format.number(x))).toEqual(["4.62", "4.63"]); // no ties: binary is above and below
    expect([0.125, 0.135, 0.0225, 0.9725].map(format.percent)).toEqual(["12 %", "14 %", "2.2 %", "97.2 %"]);
  });

  test("signs, zeros and what is no number", () => {
    expect(format.number(-1234567.8)).toBe("−1,234,568");
    expect(format.number(0.012345)).toBe("0.0123");
    expect(format.number(-0)).toBe("0");
    expect(format.number(-1e-12)).toBe("0");
    expect([null, undefined, NaN].map((x) => format.number(x))).toEqual(["–", "–", "–"]);
    expect(format.number(Infinity)).toBe("never");
    expect(format.count(1234567)).toBe("1,234,567");
  });

  test("the ends of an interval are told no finer than its width asks", () => {
    expect(format.interval(4.61e-6, 0.212, "")).toBe("[0, 0.212]");
    expect(format.interval(25.7461, 26.4, "")).toBe("[25.7, 26.4]");
    expect(format.interval(2e-8, 11.5, "")).toBe("[0, 11.5]");
    expect(format.interval(-0.0000004, 0.0183, "s")).toBe("[0, 0.0183] s");
    expect(format.interval(7, 7, "")).toBe("[7, 7]");
  });
});

describe("shares", () => {
  test("what is something is never shown as nothing, and a share is within a tenth or a half per cent", () => {
    expect(format.percent(0)).toBe("0 %");
    expect(format.percent(1e-9)).toBe("< 0.1 %");
    expect(format.percent(1)).toBe("100 %");
    for (let k = 1; k < 1000; k++) {
      const shown = read(format.percent(k / 1000).replace(" %", ""));
      const off = Math.abs(shown - k / 10);
      expect(off).toBeLessThanOrEqual(k < 99 || k > 901 ? 0.05 : 0.5);
    }
  });

  test("differences of shares are points with a sign", () => {
    expect(format.quantity(0.25, "share", true)).toBe("+25 points");
    expect(format.quantity(-0.052, "share", true)).toBe("−5.2 points");
    expect(format.quantity(0, "share", true)).toBe("0 points");
    expect(format.quantity(-0.0002, "share", true)).toBe("0 points");
  });
});

test("values and intervals carry their unit once", () => {
  expect(format.quantity(12.34, "s")).toBe("12.3 s");
  expect(format.quantity(12.34, "")).toBe("12.3");
  expect(format.quantity(3, "", true)).toBe("+3");
  expect(format.interval(0.1, 0.253, "share")).toBe("[10, 25] %");
  expect(format.interval(-0.1, 0.25, "share", true)).toBe("[−10, +25] points");
  expect(format.interval(1, 2, "s")).toBe("[1, 2] s");
  expect(format.interval(null, 2, "s")).toBe("–");
  const finding: Finding = {
    metric: "",
    value: 0.5,
    low: 0.4,
    high: 0.6,
    n: 9,
    unit: "share",
    label: "",
    sentence: "",
  };
  expect(`${format.findingValue(finding)} ${format.findingInterval(finding)}`).toBe("50 % [40, 60] %");
});

test("words", () => {
  expect(format.plural(1, "round", "rounds")).toBe("1 round");
  expect(format.plural(0, "round", "rounds")).toBe("0 rounds");
  expect(format.plural(1200, "round", "rounds")).toBe("1,200 rounds");
  expect(format.capitalize("hit asset")).toBe("Hit asset");
  expect(format.plainWords("HIT_ASSET_twice")).toBe("hit asset twice");
  expect(format.isolate("ע")).toMatch(/^\u2068.*\u2069$/u);
});

describe("times", () => {
  test("minutes and seconds add up to the rounded time, and seconds stay below 60", () => {
    for (let k = 0; k < 500; k++) {
      const t = 8000 * random();
      const [, m, s] = /^T\+(\d{2,}):(\d{2})$/.exec(format.moment(t)) ?? [];
      expect(Number(s)).toBeLessThan(60);
      expect(60 * Number(m) + Number(s)).toBe(Math.round(t));
      const [minutes, seconds] = units.clock(t, true).split(":").map(Number);
      expect(seconds).toBeLessThan(60);
      expect(60 * minutes + seconds).toBeCloseTo(Math.round(10 * t) / 10, 6);
    }
  });

  test("what rounds up to a minute is one; negative and missing times", () => {
    expect(units.clock(59.96, true)).toBe("01:00.0");
    expect(units.clock(59.5)).toBe("01:00");
    expect(units.clock(-61)).toBe("−01:01");
    expect(units.clock(NaN)).toBe("–");
    expect(format.moment(59.7)).toBe("T+01:00");
    expect(format.moment(null)).toBe("never");
    expect(format.moment(Infinity)).toBe("never");
  });
});

describe("units", () => {
  test("aviation is the same in feet, nautical miles and knots", () => {
    expect(units.distance(1852, "aviation")).toBe("1.0 NM");
    expect(units.distance(1852 * 250, "aviation")).toBe("250 NM");
    expect(units.speed(1852 / 3600, "aviation")).toBe("1 kt");
    expect(units.height(3048, "aviation")).toBe("10,000 ft");
    expect(units.level(3048)).toBe("100");
    expect(units.level(-20)).toBe("000");
    expect(units.ruler("aviation").meters).toBe(1852);
    expect(units.upright("aviation").meters).toBe(0.3048);
  });

  test("metric", () => {
    expect(units.distance(850, "metric")).toBe("850 m");
    expect(units.distance(12_345, "metric")).toBe("12.3 km");
    expect(units.distance(123_456, "metric")).toBe("123 km");
    expect(units.height(1234.5, "metric")).toBe("1,235 m");
    expect(units.speed(250.4, "metric")).toBe("250 m/s");
  });

  test("a bearing has three figures from 000 to 359", () => {
    expect([0, 5.4, 90, 359.4, 359.6, 360, -1, 725].map(units.bearing)).toEqual(
      ["000", "005", "090", "359", "000", "000", "359", "005"].map((t) => `${t}°`),
    );
  });

  test("coordinates name their half of the earth, and longitudes beyond the date line come back", () => {
    expect(units.coordinates(36.25, -34.5)).toBe("34.5000° S 36.2500° E");
    expect(units.coordinates(190, 1)).toBe("1.0000° N 170.0000° W");
    expect(units.coordinates(-190, 1)).toBe("1.0000° N 170.0000° E");
  });
});

describe("names too long", () => {
  test("cut to the most characters, whole ones, with a mark; short ones stay", () => {
    for (const most of [4, 10, 80]) {
      for (const text of ["", "abc", "x".repeat(300), "🚀".repeat(300), `é${"ü".repeat(79)}`]) {
        const shown = truncate(text, most);
        expect([...shown].length).toBeLessThanOrEqual(most);
        if ([...text].length <= most) expect(shown).toBe(text);
        else expect(shown.endsWith("…") && text.startsWith(shown.slice(0, -1))).toBe(true);
      }
    }
  });

  test("a number at the end of a name stays", () => {
    expect(numberedEnd("Shahed group south[12]")).toBe(" south[12]");
    expect(numberedEnd("no number")).toBe("");
    const text = `${"long ".repeat(20)}north[7]`;
    expect(truncateMiddle(text, 22)).toMatch(/^long .*… north\[7\]$/);
    expect([...truncateMiddle(text, 22)].length).toBeLessThanOrEqual(22);
    expect(truncateMiddle("short [7]", 22)).toBe("short [7]");
  });
});

describe("CSV", () => {
  /** A reader of RFC 4180 as simple as one can be. */
  function parse(text: string): string[][] {
    const rows: string[][] = [];
    let [row, cell, quoted] = [[] as string[], "", false];
    for (let k = 0; k < text.length; k++) {
      const c = text[k];
      if (quoted && c === '"' && text[k + 1] === '"') cell += text[++k];
      else if (c === '"') quoted = !quoted;
      else if (!quoted && c === ",") [row, cell] = [[...row, cell], ""];
      else if (!quoted && c === "\r" && text[k + 1] === "\n") {
        rows.push([...row, cell]);
        [row, cell] = [[], ""];
        k++;
      } else cell += c;
    }
    expect([row, cell]).toEqual([[], ""]); // the last line is ended
    return rows;
  }

  test("what is written is read back, with commas, quotes and new lines in it", () => {
    const rows = [
      ["a,b", 'say "x"', "two\r\nlines", -1.5],
      ["", "plain", "ü", 0],
    ];
    expect(parse(csv(["h1", "h,2", "h3", "h4"], rows))).toEqual([
      ["h1", "h,2", "h3", "h4"],
      ...rows.map((row) => row.map(String)),
    ]);
  });

  test("text that a spreadsheet would take for a formula is marked; numbers are not", () => {
    const cells = ["=1+1", "+1", "-1", "@x", "\tx", "a=b", -1];
    expect(parse(csv(["a"], [cells]))[1]).toEqual(["'=1+1", "'+1", "'-1", "'@x", "'\tx", "a=b", "-1"]);
  });
});
