import { expect, test } from "vitest";

import { compressedBytes, loadedWith, type Built } from "../plugins/budget.ts";
import { withoutFontFaces } from "../plugins/fonts.ts";

const files = new Map<string, Built>([
  ["page", { content: "a".repeat(1000), loads: ["shared", "style"] }],
  ["shared", { content: "b", loads: ["page"] }],
  ["style", { content: "c", loads: [] }],
  ["player", { content: "d".repeat(5000), loads: ["shared"] }],
]);

test("The budget counts what is loaded at once, each file once, and not what comes later.", () => {
  expect(loadedWith("page", files)).toEqual(new Set(["page", "shared", "style"]));
});

test("Sizes are those of compressed files.", () => {
  const bytes = compressedBytes(["page"], files);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(100);
});

test("A library's fonts from elsewhere are dropped, and nothing else of its style.", () => {
  const css = "a{b:c}@font-face{font-family:X;src:url(https://example.com/x.ttf)}d{e:f}";
  expect(withoutFontFaces(css)).toBe("a{b:c}d{e:f}");
});
