import { getByRole, findByRole, findByText, queryByRole, getAllByRole } from "@testing-library/dom";
import { html } from "lit";
import { expect, test } from "vitest";

import type { Api } from "../../src/api/client";
import { problemOf } from "../../src/api/problem";
import type { AssetPage } from "../../src/api/types";
import type { Group } from "../../src/session/session";
import { texts } from "../../src/texts";
import "../../src/views/assets";
import { only, show, summary } from "../support";

function list(assets: Api["assets"], group: Group = "viewer"): HTMLElement {
  const person = { name: "ann", group };
  return show(html`<assets-view .api=${only<Api>({ assets })} .person=${person}></assets-view>`);
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
