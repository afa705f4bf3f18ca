import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Poller } from "../../src/logic/poller";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function hide(hidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
}

test("It asks often while something is under way, and seldom otherwise.", async () => {
  let isLive = true;
  const task = vi.fn(async () => isLive);
  const poller = new Poller(task);
  poller.start();
  await vi.advanceTimersByTimeAsync(9_500);
  expect(task).toHaveBeenCalledTimes(4);
  isLive = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(task).toHaveBeenCalledTimes(5);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(task).toHaveBeenCalledTimes(5);
  poller.stop();
});

test("After each error it waits twice as long, up to a minute.", async () => {
  const task = vi.fn(() => Promise.reject(new Error("busy")));
  const poller = new Poller(task);
  poller.start();
  await vi.advanceTimersByTimeAsync(3_000 + 6_000 + 12_000);
  expect(task).toHaveBeenCalledTimes(4);
  await vi.advanceTimersByTimeAsync(24_000 + 48_000 + 60_000 + 60_000);
  expect(task).toHaveBeenCalledTimes(8);
  poller.stop();
});

test("It stops in a hidden tab, and asks at once when the tab is shown again.", async () => {
  const task = vi.fn(async () => true);
  const poller = new Poller(task);
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  hide(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(task).toHaveBeenCalledTimes(1);
  hide(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(task).toHaveBeenCalledTimes(2);
  poller.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(task).toHaveBeenCalledTimes(2);
});
