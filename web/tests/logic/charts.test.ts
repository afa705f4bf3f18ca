import { expect, test } from "vitest";

import type { Chart } from "../../src/api/types";
import { barsOf, ceiling, dotsOf, drawingOf, hoursOf, pathOf, peakOf, total } from "../../src/logic/charts";

const SINCE = Date.UTC(2026, 0, 1, 3);
const HOUR = 3_600_000;

function time(hours: number): string {
  return new Date(SINCE + hours * HOUR).toISOString();
}

function chart(series: Record<string, readonly (readonly [number, number])[]>, change: Partial<Chart> = {}): Chart {
  return {
    name: "queue_depth",
    unit: "messages",
    period_seconds: 3_600,
    since: time(0),
    until: time(4),
    series: Object.entries(series).map(([label, points]) => ({
      label,
      points: points.map(([hours, value]) => ({ at: time(hours), value })),
    })),
    ...change,
  };
}

test("Each period has its value, and none where CloudWatch has none.", () => {
  const drawing = drawingOf(chart({ uploads: [[1, 7], [3, 2]] }), "others", false);
  expect(drawing.lines).toEqual([{ label: "uploads", values: [null, 7, null, 2] }]);
  expect([drawing.top, drawing.isEmpty]).toEqual([10, false]);
});

test("Points outside of the span are left out.", () => {
  const drawing = drawingOf(chart({ uploads: [[-1, 7], [4, 2]] }), "others", false);
  expect(total(drawing.lines[0]?.values ?? [])).toBe(0);
});

test("A chart without points is empty, and its axis has a height all the same.", () => {
  expect(drawingOf(chart({ uploads: [] }), "others", false)).toMatchObject({ isEmpty: true, top: 1 });
  expect(drawingOf(chart({}), "others", true)).toMatchObject({ isEmpty: true, top: 1, lines: [] });
});

test.each([
  [0, 1],
  [1, 1],
  [1.5, 2],
  [3, 5],
  [11, 20],
  [500, 500],
  [501, 1000],
  [86_400, 100_000],
])("The axis of %d ends at %d.", (value, top) => {
  expect(ceiling(value)).toBe(top);
});

test("A line is interrupted where there is no value; one alone is a dot, unless it is zero.", () => {
  expect(pathOf([0, 10, null, 5], 10, 100, 50)).toBe("M12.5 50L37.5 0M87.5 25");
  expect(dotsOf([0, 10, null, 5], 10, 100, 50)).toBe("M87.5 25L87.5 25");
  expect(dotsOf([null, 0, null], 10, 100, 50)).toBe("");
  expect(pathOf([null, null], 10, 100, 50)).toBe("");
});

test("Stacked bars reach the sum of their period.", () => {
  const drawing = drawingOf(chart({ A: [[0, 6]], B: [[0, 4], [2, 1]] }), "others", true);
  expect(drawing.top).toBe(10);
  const bars = barsOf(drawing, 100, 50, true);
  expect(bars.map(({ line, y, height }) => [line, y, height])).toEqual([
    [0, 20, 30],
    [1, 0, 20],
    [1, 45, 5],
  ]);
});

test("Bars side by side share the width of their period.", () => {
  const drawing = drawingOf(chart({ A: [[0, 6]], B: [[0, 4]] }), "others", false);
  const bars = barsOf(drawing, 100, 50, false);
  expect(bars.map(({ line, x, y, width }) => [line, x, y, width])).toEqual([
    [0, 2.5, 20, 10],
    [1, 12.5, 30, 10],
  ]);
});

test("Of many codes, the most frequent are drawn, and the rest is one.", () => {
  const codes = Object.fromEntries(["A", "B", "C", "D", "E", "F"].map((code, index) => [code, [[0, index + 1] as const]]));
  const drawing = drawingOf(chart(codes), "others", true);
  expect(drawing.lines.map(({ label, values }) => [label, total(values)])).toEqual([
    ["F", 6],
    ["E", 5],
    ["D", 4],
    ["C", 3],
    ["others", 3],
  ]);
});

test("The table has an hour a row, of those in which there is something.", () => {
  const quarters = chart({ uploads: [[0.25, 3], [0.5, 9], [2, 1]], captions: [[0, 0]] }, { period_seconds: 900 });
  const drawing = drawingOf(quarters, "others", false);
  const rows = (isSummed: boolean) => hoursOf(drawing, isSummed).map(({ at, values }) => [(at - SINCE) / HOUR, ...values]);
  expect(rows(false)).toEqual([[0, 9, 0], [2, 1, null]]);
  expect(rows(true)).toEqual([[0, 12, 0], [2, 1, null]]);
});

test("The peak is named with its series and time; nothing has none.", () => {
  const peak = peakOf(drawingOf(chart({ uploads: [[0, 3]], captions: [[2, 8]] }), "others", false));
  expect(peak).toEqual({ label: "captions", value: 8, at: SINCE + 2 * HOUR });
  expect(peakOf(drawingOf(chart({ uploads: [[0, 0]] }), "others", false))).toBeNull();
});
