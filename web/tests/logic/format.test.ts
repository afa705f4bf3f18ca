import { expect, test } from "vitest";

import { ago, bitRate, bytes, clock, nameOf, span, usd } from "../../src/logic/format";

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1_500_000, "1.5 MB"],
  [999_999, "1 MB"],
  [15_400_000_000, "15 GB"],
])("%d bytes are shown in a fitting unit.", (count, text) => {
  expect(bytes(count)).toBe(text);
});

test.each([
  [0, "0:00"],
  [59_600, "1:00"],
  [61_000, "1:01"],
  [3_661_000, "1:01:01"],
])("%d milliseconds are shown as players do.", (milliseconds, text) => {
  expect(clock(milliseconds)).toBe(text);
});

test("How long ago something was is told in its largest unit, and beyond a week by date.", () => {
  const now = Date.parse("2026-01-10T12:00:00Z");
  expect(ago("2026-01-10T11:59:30Z", now)).toBe("just now");
  expect(ago("2026-01-10T11:55:00Z", now)).toBe("5 minutes ago");
  expect(ago("2026-01-09T12:00:00Z", now)).toBe("yesterday");
  expect(ago("2026-01-01T12:00:00Z", now)).toBe("Jan 1, 2026");
});

test("Bit rates and time left have units that people know.", () => {
  expect(bitRate(5_200_000)).toBe("5.2 Mbit/s");
  expect(bitRate(128_000)).toBe("128 kbit/s");
  expect(span(0.2)).toBe("1 second");
  expect(span(600)).toBe("10 minutes");
  expect(span(7_200)).toBe("2 hours");
});

test("The name of an upload is the last part of its key.", () => {
  expect(nameOf("web/ann/0000-12/film.mp4")).toBe("film.mp4");
  expect(nameOf("film.mp4")).toBe("film.mp4");
});

test.each([
  ["0.000000", "$0.00"],
  ["0.000400", "< $0.001"],
  ["0.013500", "$0.014"],
  ["0.1", "$0.10"],
  ["12.345", "$12.35"],
])("%s dollars are shown to a tenth of a cent at most.", (amount, text) => {
  expect(usd(amount)).toBe(text);
});
