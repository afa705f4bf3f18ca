/** What a chart draws, as numbers: a value of each series for each period, and the height of its axis. */
import type { Chart } from "../api/types";

export interface Line {
  readonly label: string;
  /** A value for each period, null where CloudWatch has none. */
  readonly values: readonly (number | null)[];
}

export interface Drawing {
  readonly since: number;
  readonly periodMs: number;
  readonly lines: readonly Line[];
  /** The top of the axis, at least 1. */
  readonly top: number;
  readonly isEmpty: boolean;
}

const MOST_SERIES = 4;
const HOUR_MS = 3_600_000;

/** Return a chart's numbers; of many series, the largest, and the sum of all others as one named `others`. */
export function drawingOf(chart: Chart, others: string, isStacked: boolean): Drawing {
  const since = Date.parse(chart.since);
  const periodMs = chart.period_seconds * 1000;
  const count = Math.max(1, Math.ceil((Date.parse(chart.until) - since) / periodMs));
  const lines = chart.series.map(({ label, points }) => {
    const values = new Array<number | null>(count).fill(null);
    for (const { at, value } of points) {
      const index = Math.floor((Date.parse(at) - since) / periodMs);
      if (index >= 0 && index < count) values[index] = value;
    }
    return { label, values };
  });
  const drawn = isStacked ? largest(lines, others) : lines;
  const columns = Array.from({ length: count }, (_, index) => drawn.map((line) => line.values[index] ?? 0));
  const most = Math.max(0, ...columns.map((values) => (isStacked ? total(values) : Math.max(0, ...values))));
  return { since, periodMs, lines: drawn, top: ceiling(most), isEmpty: chart.series.every((one) => one.points.length === 0) };
}

/** Return the sum of a series. */
export function total(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function largest(lines: readonly Line[], others: string): readonly Line[] {
  const sorted = [...lines].sort((one, other) => total(other.values) - total(one.values));
  if (sorted.length <= MOST_SERIES + 1) return sorted;
  const rest = sorted.slice(MOST_SERIES);
  const sums = rest[0]?.values.map((_, index) => total(rest.map((line) => line.values[index] ?? null))) ?? [];
  return [...sorted.slice(0, MOST_SERIES), { label: others, values: sums }];
}

/** Return the least of 1, 2, 5, 10, 20 and so on that is not below a value. */
export function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

/** Return the path of a line through its values, 0 at `height`; it is interrupted where there are none. */
export function pathOf(values: readonly (number | null)[], top: number, width: number, height: number): string {
  return placed(values, top, width, height)
    .map(({ at, isFirst }) => `${isFirst ? "M" : "L"}${at}`)
    .join("");
}

/** Return a path of dots, one for each value that is not zero and has none beside it: no line shows it. */
export function dotsOf(values: readonly (number | null)[], top: number, width: number, height: number): string {
  return placed(values, top, width, height)
    .filter(({ isFirst, isLast, value }) => isFirst && isLast && value > 0)
    .map(({ at }) => `M${at}L${at}`)
    .join("");
}

function placed(values: readonly (number | null)[], top: number, width: number, height: number) {
  const step = width / values.length;
  return values.flatMap((value, index) => {
    if (value === null) return [];
    const at = `${round((index + 0.5) * step)} ${round(height - (height * value) / top)}`;
    const isFirst = (values[index - 1] ?? null) === null;
    const isLast = (values[index + 1] ?? null) === null;
    return [{ at, value, isFirst, isLast }];
  });
}

export interface Bar {
  readonly line: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Return bars, those of one period on top of each other, or side by side. */
export function barsOf({ lines, top }: Drawing, width: number, height: number, isStacked: boolean): readonly Bar[] {
  const step = width / Math.max(1, lines[0]?.values.length ?? 0);
  const wide = (step * 0.8) / (isStacked ? 1 : Math.max(1, lines.length));
  const below: number[] = [];
  return lines.flatMap(({ values }, line) =>
    values.flatMap((value, index) => {
      if (value === null || value <= 0) return [];
      const base = isStacked ? (below[index] ?? 0) : 0;
      below[index] = base + value;
      return [
        {
          line,
          x: round(index * step + step * 0.1 + (isStacked ? 0 : line * wide)),
          y: round(height - (height * (base + value)) / top),
          width: round(wide),
          height: round((height * value) / top),
        },
      ];
    }),
  );
}

export interface Row {
  readonly at: number;
  readonly values: readonly (number | null)[];
}

/** Return the hours in which there is anything but zero, with the largest value, or the sum, of each series. */
export function hoursOf({ since, periodMs, lines }: Drawing, isSummed: boolean): readonly Row[] {
  const perHour = Math.max(1, Math.round(HOUR_MS / periodMs));
  const count = Math.ceil((lines[0]?.values.length ?? 0) / perHour);
  return Array.from({ length: count }, (_, hour) => ({
    at: since + hour * HOUR_MS,
    values: lines.map(({ values }) => {
      const known = values.slice(hour * perHour, (hour + 1) * perHour).filter((value) => value !== null);
      if (known.length === 0) return null;
      return isSummed ? total(known) : Math.max(...known);
    }),
  })).filter((row) => row.values.some((value) => value !== null && value > 0));
}

/** Return the largest value of all, where it is and when; null where everything is zero. */
export function peakOf({ lines, since, periodMs }: Drawing): { label: string; value: number; at: number } | null {
  let found: { label: string; value: number; at: number } | null = null;
  for (const { label, values } of lines) {
    values.forEach((value, index) => {
      if (value !== null && value > (found?.value ?? 0)) found = { label, value, at: since + index * periodMs };
    });
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
