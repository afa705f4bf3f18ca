import { findByLabelText, findByRole, findByText, getByRole, queryByRole } from "@testing-library/dom";
import { html } from "lit";
import { expect, test } from "vitest";

import type { Api } from "../../src/api/client";
import type { Profile } from "../../src/api/types";
import type { Group } from "../../src/session/session";
import { texts } from "../../src/texts";
import { Transfers } from "../../src/upload/transfers";
import "../../src/views/upload";
import { only, show } from "../support";
import { FakeKeeper, FakeLine } from "../upload/line";

const PICTURES = [
  { width: 1920, height: 1080, bits_per_second: 6_000_000 },
  { width: 426, height: 240, bits_per_second: 400_000 },
];
const PRICED = { pictures: PICTURES, sounds: [128_000], public: false, is_settled: true };

const PROFILES: readonly Profile[] = [
  { ...PRICED, name: "audio", presets: ["audio", "m4a"], pictures: [], usd_a_minute: "0.021000" },
  { ...PRICED, name: "default", presets: ["cmaf", "mp4"], usd_a_minute: "0.085500" },
  { ...PRICED, name: "lectures", presets: ["cmaf"], public: true },
];

function view(line: FakeLine, group: Group = "uploader"): HTMLElement {
  const api = only<Api>({ profiles: async () => PROFILES });
  const transfers = new Transfers(line, new FakeKeeper());
  const person = { name: "ann", group };
  return show(html`<upload-view .api=${api} .person=${person} .transfers=${transfers}></upload-view>`);
}

async function choose(root: HTMLElement, files: readonly File[]): Promise<void> {
  const input = await findByLabelText(root, texts.upload.files);
  // This document model knows no folders.
  for (const file of files) Object.defineProperty(file, "webkitRelativePath", { value: "" });
  Object.defineProperty(input, "files", { value: files, configurable: true });
  input.dispatchEvent(new Event("change"));
}

test("Files that are chosen are sent with the profile that is chosen, and lead to their asset.", async () => {
  const line = new FakeLine();
  const root = view(line);
  (await findByRole(root, "radio", { name: /lectures/ })).click();
  await choose(root, [new File(["0123456789"], "film.mp4", { type: "video/mp4" })]);
  const follow = await findByRole(root, "link", { name: `${texts.upload.watch}: film.mp4` });
  expect(follow.getAttribute("href")).toBe(`/asset/${"a".repeat(32)}#uploaded`);
  expect(line.begun[0]).toMatchObject({ name: "film.mp4", profile: "lectures" });
});

test("Profiles are told by what they make; the default needs no name.", async () => {
  const line = new FakeLine();
  const root = view(line);
  const usual = await findByRole(root, "radio", { name: new RegExp(texts.profiles["default"] ?? "-") });
  expect(usual).toHaveProperty("checked", true);
  expect(getByRole(root, "radio", { name: /M4A to download/ })).toBeTruthy();
  await choose(root, [new File(["0"], "film.mp4")]);
  await findByRole(root, "link", { name: /film\.mp4/ });
  expect(line.begun[0]).not.toHaveProperty("profile");
});

test("A profile shows its qualities, what a minute costs, and whether everybody can watch.", async () => {
  const root = view(new FakeLine());
  const usual = await findByRole(root, "radio", { name: new RegExp(texts.profiles["default"] ?? "-") });
  expect(usual.closest("label")?.textContent).toMatch(/1080p\s+240p\s+About \$0\.086 a minute of 1080p video/);
  expect(getByRole(root, "radio", { name: /About \$0\.021 a minute of sound/ })).toBeTruthy();
  const lectures = getByRole(root, "radio", { name: /lectures/ }).closest("label")?.textContent;
  expect(lectures).toContain(texts.upload.noPrice);
  expect(lectures).toContain(texts.upload.public);
});

test("Captions without their video are refused at once, by name.", async () => {
  const line = new FakeLine();
  const root = view(line);
  await choose(root, [new File(["x"], "film.en.vtt")]);
  expect((await findByRole(root, "alert")).textContent).toContain("film.en.vtt");
  expect(line.begun).toEqual([]);
});

test("A viewer is told why there is nothing to choose.", async () => {
  const root = view(new FakeLine(), "viewer");
  await findByText(root, texts.upload.notAllowed);
  expect(queryByRole(root, "radio")).toBeNull();
});
