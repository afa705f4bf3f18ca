import { expect, test } from "vitest";

import { Posters } from "../../src/logic/posters";

const NEVER = new AbortController().signal;

function path(number: number): string {
  return `/media/${number}/1/poster.jpg`;
}

test("A poster is signed once, as a path of this page, and anew when its URL ends.", async () => {
  let now = 0;
  let asked = 0;
  const posters = new Posters(
    async (_id, of) => {
      asked++;
      return { url: `https://elsewhere.example${of}?Signature=${asked}`, expires_at: new Date(now + 3_600_000).toISOString() };
    },
    () => now,
  );
  expect(await posters.url("1", path(1), NEVER)).toBe(`${path(1)}?Signature=1`);
  expect(await posters.url("1", path(1), NEVER)).toBe(`${path(1)}?Signature=1`);
  now = 3_590_000;
  expect(await posters.url("1", path(1), NEVER)).toBe(`${path(1)}?Signature=2`);
});

test("What is public is not signed.", async () => {
  const posters = new Posters(() => Promise.reject(new Error("asked")));
  expect(await posters.url("1", "/media/public/1/a.jpg", NEVER)).toBe("/media/public/1/a.jpg");
});

test("Four are asked for at once, and none for a row that has gone meanwhile.", async () => {
  const open: (() => void)[] = [];
  const asked: string[] = [];
  const posters = new Posters((id) => {
    asked.push(id);
    return new Promise((resolve) => open.push(() => resolve({ url: `https://a.example/${id}` })));
  });
  const gone = new AbortController();
  const wanted = Array.from({ length: 6 }, (_, number) =>
    posters.url(String(number), path(number), number === 4 ? gone.signal : NEVER).catch(() => "gone"),
  );
  expect(asked).toEqual(["0", "1", "2", "3"]);
  gone.abort();
  for (const answer of open.splice(0)) answer();
  await wanted[0];
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toEqual(["0", "1", "2", "3", "5"]);
  open[0]?.();
  expect(await Promise.all(wanted)).toEqual(["/0", "/1", "/2", "/3", "gone", "/5"]);
});

test("One that is refused does not hold up the others.", async () => {
  const posters = new Posters((id) => (id === "0" ? Promise.reject(new Error("no")) : Promise.resolve({ url: "/x" })));
  await expect(posters.url("0", path(0), NEVER)).rejects.toThrow("no");
  expect(await posters.url("1", path(1), NEVER)).toBe("/x");
});
