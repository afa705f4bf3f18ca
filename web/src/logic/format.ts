/** Numbers and times as people read them. */
import { texts } from "../texts";

const LOCALE = "en";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

export function bitRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

/** Return an amount of dollars, which the API tells as a decimal number, to a tenth of a cent below one. */
export function usd(amount: string): string {
  const dollars = Number(amount);
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: dollars < 1 ? 3 : 2 };
  const shown = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "USD", ...digits });
  return dollars > 0 && dollars < 0.001 ? texts.less(shown.format(0.001)) : shown.format(dollars);
}

/** Return hours, minutes and seconds, as players show them. */
export function clock(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const shown = [...(hours > 0 ? [hours] : []), minutes, seconds];
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Return how long ago a time is; beyond a week, its date. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds >= 7 * 86_400) return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" }).format(new Date(at));
  for (const [unit, size] of STEPS) {
    if (seconds >= size) {
      return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(-Math.floor(seconds / size), unit);
    }
  }
  return texts.time.now;
}

export function moment(at: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

/** Return the time of a day, as the reader's clock has it. */
export function timeOfDay(at: number, hasSeconds = false): string {
  return new Intl.DateTimeFormat(LOCALE, {
    hour: "2-digit",
    minute: "2-digit",
    ...(hasSeconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  }).format(new Date(at));
}

/** Return an amount, of less than a dollar to a hundredth of a cent. */
export function dollars(usd: string): string {
  const value = Number(usd);
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: "USD",
    maximumFractionDigits: value !== 0 && value < 1 ? 4 : 2,
  }).format(value);
}

/** Return a span of time in words, in its largest unit. */
export function span(seconds: number): string {
  const [unit, size] = seconds >= 5_400 ? (["hour", 3_600] as const) : seconds >= 90 ? (["minute", 60] as const) : (["second", 1] as const);
  return new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.max(1, Math.round(seconds / size)),
  );
}

/** Return the last part of a key, which is the file's name. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
