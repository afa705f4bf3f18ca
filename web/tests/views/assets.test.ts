import { getByRole, findByRole, findByText, queryByRole, getAllByRole } from "@testing-library/dom";
import { html } from "lit";
import { expect, test, vi } from "vitest";

import type { Api } from "../../src/api/client";
import { problemOf } from "../../src/api/problem";
import type { AssetPage } from "../../src/api/types";
import type { Group } from "../../src/session/session";
import { texts } from "../../src/texts";
import "../../src/views/assets";
import { only, show, summary } from "../support";

function list(assets: Api["assets"], group: Group = "viewer", more: Partial<Api> = {}): HTMLElement {
  const person = { name: "ann", group };
  return show(html`<assets-view .api=${only<Api>({ assets, ...more })} .person=${person}></assets-view>`);
}

async function page(...assets: AssetPage["assets"]): Promise<AssetPage> {
  return { assets };
}

test("Each asset is a link to its page, with name, status and error.", async () => {
  const root = list(() => page(summary(1), summary(2, { status: "FAILED", error_code: "NOT_A_MEDIA_FILE" })));
  const failed = await findByRole(root, "link", { name: /film-2\.mp4.*Failed.*NOT_A_MEDIA_FILE/s });
  expect(failed.getAttribute("href")).toBe(`/asset/${summary(2).id}`);
  expect(getByRole(root, "link", { name: /film-1\.mp4.*Ready/s })).toBeTruthy();
  expect(getByRole(root, "status").textContent).toBe("2 assets");
});

test("A line has length, picture, price and how far it is, as far as they are known.", async () => {
  const signDownload = vi.fn(async (_id: string, path: string) => ({ url: `https://media.example${path}?Signature=x` }));
  const known = { duration_ms: 61_000, poster: "/media/1/1/poster.jpg", quote_usd: "0.20", billed_usd: "0.132750" };
  const under = { status: "PROCESSING", progress_percent: 40, quote_usd: "0.0004" } as const;
  const root = list(() => page(summary(1, known), summary(2, under)), "viewer", { signDownload });
  await findByRole(root, "link", { name: /1:01\s+film-1\.mp4.*Ready.*\$0\.133/s });
  const line = getByRole(root, "link", { name: /film-2\.mp4.*Encoding.*40 %.*< \$0\.001/s });
  expect(getByRole(line, "progressbar", { name: texts.asset.progress })).toHaveProperty("value", 40);
  await vi.waitFor(() => expect(root.querySelector("img")?.getAttribute("src")).toBe("/media/1/1/poster.jpg?Signature=x"));
  expect(signDownload.mock.calls).toEqual([[summary(1).id, "/media/1/1/poster.jpg"]]);
});

test("A row that is moved asks for its picture again, which was not had yet.", async () => {
  const signDownload = vi.fn(async (_id: string, path: string) => ({ url: `https://media.example${path}` }));
  const root = list(() => page(summary(1, { poster: "/media/1/1/poster.jpg" })), "viewer", { signDownload });
  const row = (await findByRole(root, "link", { name: /film-1/ })).closest("li");
  row?.parentElement?.append(row);
  await vi.waitFor(() => expect(root.querySelector("img")?.getAttribute("src")).toBe("/media/1/1/poster.jpg"));
});

test("A picture that can't be had is left out.", async () => {
  const signDownload = vi.fn(() => Promise.reject(problemOf(503, null, null)));
  const root = list(() => page(summary(1, { poster: "/media/1/1/poster.jpg" })), "viewer", { signDownload });
  await findByRole(root, "link", { name: /film-1/ });
  await vi.waitFor(() => expect(signDownload).toHaveBeenCalled());
  expect(root.querySelector("img")).toBeNull();
  expect(queryByRole(root, "alert")).toBeNull();
});

test("An empty list says what to do, to those who may do it.", async () => {
  await findByText(list(() => page(), "uploader"), new RegExp(texts.assets.noneUpload));
  const root = list(() => page(), "viewer");
  await findByText(root, new RegExp(texts.assets.noneAsk));
  expect(queryByRole(root, "link", { name: texts.assets.firstUpload })).toBeNull();
});

test("An error is a sentence with a way on.", async () => {
  let isDown = true;
  const root = list(() => (isDown ? Promise.reject(problemOf(503, null, null)) : page(summary(1))));
  expect((await findByRole(root, "alert")).textContent).toContain(texts.problem.busy);
  isDown = false;
  getByRole(root, "button", { name: texts.tryAgain }).click();
  await findByRole(root, "link", { name: /film-1/ });
  expect(queryByRole(root, "alert")).toBeNull();
});

test("A status is asked of the API, a text is looked for here, and both can be cleared.", async () => {
  const asked: (string | undefined)[] = [];
  const root = list((options) => {
    asked.push(options.status);
    return page(summary(1), summary(2));
  });
  await findByRole(root, "link", { name: /film-1/ });
  const search = getByRole(root, "searchbox", { name: texts.assets.search });
  if (search instanceof HTMLInputElement) search.value = "no such";
  search.dispatchEvent(new Event("input"));
  await findByText(root, texts.assets.noneMatch);
  getByRole(root, "button", { name: texts.assets.clear }).click();
  await findByRole(root, "link", { name: /film-2/ });
  const status = getByRole(root, "combobox", { name: texts.assets.status });
  if (status instanceof HTMLSelectElement) status.value = "FAILED";
  status.dispatchEvent(new Event("change"));
  await findByRole(root, "link", { name: /film-2/ });
  expect(asked).toEqual([undefined, "FAILED"]);
});

test("Of thousands of assets, those in sight are in the document.", async () => {
  const many = Array.from({ length: 10_000 }, (_, number) => summary(number));
  const root = list(() => page(...many));
  await findByRole(root, "link", { name: /film-0\.mp4/ });
  const items = getAllByRole(root, "listitem");
  expect(items.length).toBeLessThan(100);
  expect(items[0]?.getAttribute("aria-setsize")).toBe("10000");
});
