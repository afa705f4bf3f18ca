import { expect, test } from "vitest";

import type { AssetPage, AssetSummary } from "../../src/api/types";
import { AssetList, EVERYTHING, matching } from "../../src/logic/asset-list";
import { summary } from "../support";

/** Answer pages of two from what is there now. */
function api(stored: () => readonly AssetSummary[]) {
  return async ({ cursor }: { cursor?: string }): Promise<AssetPage> => {
    const from = cursor === undefined ? 0 : stored().findIndex((item) => item.id === cursor) + 1;
    const page = stored().slice(from, from + 2);
    const last = page.at(-1);
    return from + 2 < stored().length && last ? { assets: page, next_cursor: last.id } : { assets: page };
  };
}

test("Older assets are loaded page by page, each once.", async () => {
  const stored = [1, 2, 3, 4, 5].map((number) => summary(number));
  const list = new AssetList(api(() => stored), null);
  await list.refresh();
  expect(list.items).toEqual(stored.slice(0, 2));
  while (list.hasMore) await list.more();
  expect(list.items).toEqual(stored);
});

test("A refresh brings what is new and changed, drops what is gone, and keeps what was loaded before.", async () => {
  let stored = [2, 3, 4, 5].map((number) => summary(number));
  const list = new AssetList(api(() => stored), null);
  await list.refresh();
  while (list.hasMore) await list.more();
  stored = [summary(1, { status: "PROCESSING" }), summary(3, { status: "FAILED" }), summary(4), summary(5)];
  await list.refresh();
  expect(list.items).toEqual(stored);
  expect(list.isLive).toBe(true);
  expect(list.hasMore).toBe(false);
});

test("A list that has become short is whole again.", async () => {
  let stored = [1, 2, 3].map((number) => summary(number));
  const list = new AssetList(api(() => stored), null);
  await list.refresh();
  stored = [summary(3)];
  await list.refresh();
  expect(list.items).toEqual(stored);
  expect(list.hasMore).toBe(false);
});

test("A list that was found to have an end keeps it, though its page names a next one.", async () => {
  const load = async ({ cursor }: { cursor?: string }): Promise<AssetPage> =>
    cursor === undefined ? { assets: [summary(1)], next_cursor: "end" } : { assets: [] };
  const list = new AssetList(load, null);
  await list.refresh();
  await list.more();
  await list.refresh();
  expect(list.hasMore).toBe(false);
});

test("Text is looked for in keys and error codes, in any letter case; age is that of the upload.", () => {
  const items = [summary(1), summary(2, { key: "web/Holiday.MOV" }), summary(3, { error_code: "NOT_A_MEDIA_FILE" })];
  const now = Date.UTC(2026, 0, 2);
  expect(matching(items, EVERYTHING, now)).toEqual(items);
  expect(matching(items, { ...EVERYTHING, text: " holiday " }, now)).toEqual([items[1]]);
  expect(matching(items, { ...EVERYTHING, text: "not_a" }, now)).toEqual([items[2]]);
  expect(matching(items, { ...EVERYTHING, maxAge: 90_000 }, now)).toEqual([items[0]]);
});
