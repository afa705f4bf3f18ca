import { findByRole, findByText, getByRole, queryByRole, within } from "@testing-library/dom";
import { html } from "lit";
import { expect, test, vi } from "vitest";

import type { Api } from "../../src/api/client";
import { problemOf } from "../../src/api/problem";
import type { Asset } from "../../src/api/types";
import { pathToPlay } from "../../src/parts/media-player";
import { linesOf, rungsOf } from "../../src/parts/ladder";
import type { Group } from "../../src/session/session";
import { UPLOADED } from "../../src/logic/router";
import { texts } from "../../src/texts";
import "../../src/views/asset";
import { asset, ID, only, show } from "../support";

const FAILED: Partial<Asset> = {
  error: { code: "NOT_A_MEDIA_FILE", category: "source", message: "This is no media file.", replay_helps: false },
  history: [{ at: "2026-01-02T03:04:05Z", attempt: 1, status: "FAILED", detail: "The probe failed" }],
};

function view(answer: () => Promise<Asset>, api: Partial<Api> = {}, group: Group = "viewer"): HTMLElement {
  // The browser's own dialogs are not in this document model.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  const person = { name: "ann", group };
  const whole = only<Api>({ asset: answer, ...api });
  return show(html`<asset-view .api=${whole} .person=${person} .assetId=${ID}></asset-view>`);
}

test("A failure is told with its sentence, whose it is, and whether another attempt helps.", async () => {
  const root = view(async () => asset("FAILED", FAILED));
  const section = await findByRole(root, "region", { name: texts.asset.failure });
  expect(section.textContent).toContain("This is no media file.");
  expect(section.textContent).toContain(texts.asset.replayUseless);
  expect(within(getByRole(root, "region", { name: texts.asset.history })).getByText("The probe failed")).toBeTruthy();
});

test("A viewer sees no operator's buttons, and no form for captions.", async () => {
  const root = view(async () => asset("COMPLETE"));
  await findByRole(root, "heading", { name: "film-1.mp4" });
  expect(queryByRole(root, "region", { name: texts.actions.title })).toBeNull();
  expect(queryByRole(root, "button", { name: texts.captions.send })).toBeNull();
});

test("An operator is told what will happen, and only then it does.", async () => {
  const cancel = vi.fn(async () => undefined);
  const root = view(async () => asset("PROCESSING"), { cancel }, "operator");
  (await findByRole(root, "button", { name: texts.actions.cancel.button })).click();
  const dialog = await findByRole(root, "dialog", { name: texts.actions.cancel.title });
  expect(dialog.textContent).toContain(texts.actions.cancel.text);
  expect(cancel).not.toHaveBeenCalled();
  within(dialog).getByRole("button", { name: texts.actions.cancel.confirm }).click();
  await findByText(root, texts.actions.done.cancel);
  expect(cancel).toHaveBeenCalledWith(ID);
});

test("A replay that can't help has to be asked for twice.", async () => {
  const replay = vi.fn(async () => undefined);
  const root = view(async () => asset("FAILED", FAILED), { replay }, "operator");
  (await findByRole(root, "button", { name: texts.actions.replay.button })).click();
  const dialog = await findByRole(root, "dialog");
  const confirm = within(dialog).getByRole("button", { name: texts.actions.replay.confirm });
  expect(confirm.hasAttribute("disabled")).toBe(true);
  within(dialog).getByRole("checkbox", { name: texts.actions.replay.force }).click();
  await vi.waitFor(() => expect(confirm.hasAttribute("disabled")).toBe(false));
  confirm.click();
  await findByText(root, texts.actions.done.replay);
  expect(replay).toHaveBeenCalledWith(ID, true);
});

test("What the API refuses is said in the dialog, which stays.", async () => {
  const cancel = () => Promise.reject(problemOf(409, { detail: "The asset's job is being submitted." }, null));
  const root = view(async () => asset("SUBMITTED"), { cancel }, "operator");
  (await findByRole(root, "button", { name: texts.actions.cancel.button })).click();
  const dialog = await findByRole(root, "dialog");
  within(dialog).getByRole("button", { name: texts.actions.cancel.confirm }).click();
  expect((await within(dialog).findByRole("alert")).textContent).toContain("being submitted");
});

test("What is gone is said so, without asking again and again.", async () => {
  const answer = vi.fn(() => Promise.reject(problemOf(404, { detail: "There is no asset of this id." }, null)));
  const root = view(answer);
  expect((await findByRole(root, "alert")).textContent).toContain(texts.asset.gone);
  expect(queryByRole(root, "button", { name: texts.tryAgain })).toBeNull();
});

test("What was uploaded just now is waited for, and then shown.", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  history.replaceState(null, "", UPLOADED);
  const answers = [() => Promise.reject(problemOf(404, {}, null)), async () => asset("RECEIVED")];
  const root = view(() => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Promise.reject(new Error()));
  await findByText(root, texts.asset.arriving);
  expect(queryByRole(root, "alert")).toBeNull();
  await vi.advanceTimersByTimeAsync(3_000);
  await findByRole(root, "heading", { name: "film-1.mp4" });
  history.replaceState(null, "", " ");
  vi.useRealTimers();
});

test("Progress is shown while an asset is under way.", async () => {
  const root = view(async () => asset("PROCESSING", { progress_percent: 40 }));
  const bar = await findByRole(root, "progressbar", { name: texts.asset.progress });
  expect(bar).toHaveProperty("value", 40);
});

test("Files to take away are signed when they are asked for.", async () => {
  const path = `/media/${ID}/1/mp4/video_720p.mp4`;
  const downloadUrl = vi.fn(async () => `https://media.example${path}?Signature=x`);
  const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue(undefined);
  const outputs = [{ format: "MP4", path, width: 1280, height: 720 }];
  const root = view(async () => asset("CANCELED", { outputs }), { downloadUrl });
  (await findByRole(root, "button", { name: `${texts.asset.copyLink}: MP4 720p` })).click();
  await findByText(root, texts.asset.copied);
  expect(downloadUrl).toHaveBeenCalledWith(ID, path);
  expect(copied).toHaveBeenCalledWith(`https://media.example${path}?Signature=x`);
});

test("A public video has code that shows it on any page.", async () => {
  const outputs = [
    { format: "HLS", path: "/media/public/1/1/a.m3u8" },
    { format: "MP4", path: "/media/public/1/1/a.mp4", width: 1280, height: 720 },
  ];
  const downloadUrl = vi.fn(async (_id: string, path: string) => `https://media.example${path}?a=1&b=2`);
  const play = () => Promise.reject(problemOf(503, null, null));
  const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue(undefined);
  const change = { public: true, outputs, poster: "/media/public/1/1/a.jpg" };
  const root = view(async () => asset("COMPLETE", change), { downloadUrl, play });
  const code = await findByRole(root, "region", { name: texts.embed.code });
  expect(code.textContent).toBe(
    '<video controls playsinline preload="metadata" width="1280" height="720"' +
      ' poster="https://media.example/media/public/1/1/a.jpg?a=1&amp;b=2"' +
      ' src="https://media.example/media/public/1/1/a.mp4?a=1&amp;b=2"></video>',
  );
  getByRole(root, "button", { name: texts.embed.copy }).click();
  await findByText(root, texts.embed.copied);
  expect(copied).toHaveBeenLastCalledWith(code.textContent);
});

test("A private video has no such code, and says why.", async () => {
  const play = () => Promise.reject(problemOf(503, null, null));
  const outputs = [{ format: "MP4", path: "/media/1/1/a.mp4" }];
  const root = view(async () => asset("COMPLETE", { outputs }), { play });
  const section = await findByRole(root, "region", { name: texts.embed.title });
  expect(section.textContent).toContain(texts.embed.private[1]);
  expect(within(section).queryByRole("button")).toBeNull();
});

test("The price is what was billed, beside what was estimated where that was another.", async () => {
  const shown = async (change: Partial<Asset>) => {
    const root = view(async () => asset("CANCELED", change));
    return (await findByRole(root, "region", { name: texts.asset.overview })).textContent;
  };
  expect(await shown({ quote_usd: "0.134250" })).toMatch(/Price\s*\$0\.134 estimated/);
  expect(await shown({ quote_usd: "0.134250", billed_usd: "0.120000" })).toMatch(/\$0\.12 \(\$0\.134 estimated\)/);
  expect(await shown({ quote_usd: "0.120000", billed_usd: "0.120000" })).not.toContain("estimated");
});

test("A stream is played rather than a file, and DASH rather than HLS.", () => {
  const playback = { path: "", public: true, captions: [] };
  const outputs = ["THUMBNAIL", "MP4", "HLS", "DASH"].map((format) => ({ format, path: `/${format}` }));
  expect(pathToPlay({ ...playback, outputs })).toBe("/DASH");
  expect(pathToPlay({ ...playback, outputs: outputs.slice(0, 3) })).toBe("/HLS");
  expect(pathToPlay({ ...playback, outputs: outputs.slice(0, 1) })).toBeNull();
});

test("Each quality is drawn once, the best first, with its highest bit rate.", () => {
  const variants = [
    { width: 640, height: 360, bandwidth: 8e5 },
    { width: 1280, height: 720, bandwidth: 3e6 },
    { width: 1280, height: 720, bandwidth: 32e5 },
    { width: null, height: null, bandwidth: 1e5 },
  ];
  expect(rungsOf(variants)).toEqual([
    { lines: 720, bitsPerSecond: 32e5 },
    { lines: 360, bitsPerSecond: 8e5 },
    { lines: 0, bitsPerSecond: 1e5 },
  ]);
});

test.each([
  [1280, 720, 720],
  [720, 1280, 720],
  [640, 480, 480],
  [1920, 818, 1080],
  [426, 240, 240],
])("A picture of %d x %d is called %dp, as in the player's menu.", (width, height, lines) => {
  expect(linesOf(width, height)).toBe(lines);
});
