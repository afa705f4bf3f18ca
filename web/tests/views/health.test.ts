import { findByRole, findByText, getAllByRole, getByRole, queryByRole, within } from "@testing-library/dom";
import { html } from "lit";
import { beforeEach, expect, test, vi } from "vitest";

import type { Api } from "../../src/api/client";
import { problemOf } from "../../src/api/problem";
import type { Alarm, Monitoring } from "../../src/api/types";
import type { Group } from "../../src/session/session";
import { texts } from "../../src/texts";
import "../../src/views/health";
import { only, show } from "../support";

const AT = "2026-01-02T03:04:05.678Z";
const names = texts.health;

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.setAttribute("open", "");
  };
  HTMLDialogElement.prototype.close = function close() {
    this.removeAttribute("open");
  };
});

function alarm(change: Partial<Alarm> = {}): Alarm {
  return {
    name: "processing-dlq-not-empty",
    state: "ALARM",
    since: "2026-01-02T02:59:05.678Z",
    description: "Messages were given up.",
    reason: "Threshold Crossed",
    runbook: { means: "uploads could not be submitted", look_at: "the log of `ingest`", then: "`redrive processing`" },
    redrives: ["processing"],
    replays: false,
    ...change,
  };
}

function monitoring(change: Partial<Monitoring> = {}): Monitoring {
  const span = { since: "2026-01-01T03:00:00.000Z", until: AT };
  return {
    at: AT,
    unavailable: [],
    queues: [
      { name: "processing", waiting: 1_200, in_flight: 3, dead_letters: 2 },
      { name: "captions", waiting: 0, in_flight: 0, dead_letters: 0 },
    ],
    jobs: { in_flight: 7, limit: 200 },
    spending: [{ period: "day", spent_usd: "1.250000", cap_usd: "5.000000" }],
    alarms: [alarm(), alarm({ name: "api-latency", state: "OK", redrives: [] })],
    charts: [
      {
        ...span,
        name: "queue_depth",
        unit: "messages",
        period_seconds: 900,
        series: [{ label: "processing", points: [{ at: "2026-01-02T02:00:00.000Z", value: 12 }] }],
      },
      {
        ...span,
        name: "failures",
        unit: "assets",
        period_seconds: 3_600,
        series: [
          { label: "OUTPUTS_MISSING", replay_helps: true, points: [{ at: "2026-01-02T02:00:00.000Z", value: 4 }] },
          { label: "NOT_A_MEDIA_FILE", replay_helps: false, points: [{ at: "2026-01-02T01:00:00.000Z", value: 9 }] },
        ],
      },
    ],
    ...change,
  };
}

function view(api: Partial<Api>, group: Group = "operator"): HTMLElement {
  const person = { name: "olga", group };
  return show(html`<health-view .api=${only<Api>(api)} .person=${person}></health-view>`);
}

const answers = (change: Partial<Monitoring> = {}) => async () => monitoring(change);

test("An alarm that is on says what it means, what to do, and has the button that does it.", async () => {
  const root = view({ monitoring: answers() });
  const card = await findByRole(root, "region", { name: "processing-dlq-not-empty" });
  expect(card.textContent).toMatch(/uploads could not be submitted.*the log of ingest.*redrive processing/s);
  expect(within(card).getByRole("button", { name: names.redrive.button("Uploads") })).toBeTruthy();
  expect(getByRole(root, "heading", { name: names.alarms.on(1) })).toBeTruthy();
  expect(queryByRole(root, "region", { name: "api-latency" })).toBeNull();
});

test("Dead letters are moved back after a question, and what became of them is said.", async () => {
  const redrive = vi.fn<Api["redrive"]>(async () => ({ moved: 2, left: 1, is_all: true }));
  const root = view({ monitoring: answers(), redrive });
  const table = await findByRole(root, "region", { name: names.queues.title });
  within(table).getByRole("button", { name: names.redrive.row("Uploads") }).click();
  const dialog = await findByRole(root, "dialog", { name: names.redrive.title("Uploads") });
  expect(redrive).not.toHaveBeenCalled();
  within(dialog).getByRole("button", { name: names.redrive.confirm }).click();
  await vi.waitFor(() => expect(getByRole(root, "status").textContent).toBe(names.redrive.done(2, 1, true)));
  expect(redrive.mock.calls).toEqual([["processing"]]);
});

test("A queue without dead letters has no button.", async () => {
  const root = view({ monitoring: answers({ alarms: [] }) });
  await findByRole(root, "button", { name: names.redrive.row("Uploads") });
  expect(queryByRole(root, "button", { name: names.redrive.row("Captions") })).toBeNull();
});

test("What failed is replayed by its code; a code that a replay can't help asks for more.", async () => {
  const replayFailed = vi.fn<Api["replayFailed"]>(async () => ({ begun: 4, left_alone: 0, is_all: true }));
  const root = view({ monitoring: answers(), replayFailed });
  (await findByRole(root, "button", { name: names.replay.button("OUTPUTS_MISSING") })).click();
  let dialog = await findByRole(root, "dialog", { name: names.replay.ask("OUTPUTS_MISSING") });
  expect(within(dialog).queryByRole("checkbox")).toBeNull();
  within(dialog).getByRole("button", { name: names.replay.confirm }).click();
  await vi.waitFor(() => expect(getByRole(root, "status").textContent).toBe(names.replay.done(4, 0, true)));
  getByRole(root, "button", { name: names.replay.button("NOT_A_MEDIA_FILE") }).click();
  dialog = await findByRole(root, "dialog", { name: names.replay.ask("NOT_A_MEDIA_FILE") });
  expect(within(dialog).getByRole("button", { name: names.replay.confirm })).toHaveProperty("disabled", true);
  within(dialog).getByRole("checkbox", { name: names.replay.force }).click();
  await vi.waitFor(() =>
    expect(within(dialog).getByRole("button", { name: names.replay.confirm })).toHaveProperty("disabled", false),
  );
  within(dialog).getByRole("button", { name: names.replay.confirm }).click();
  await vi.waitFor(() => expect(replayFailed.mock.calls).toEqual([["OUTPUTS_MISSING", false], ["NOT_A_MEDIA_FILE", true]]));
});

test("A chart is a picture with words, and a table.", async () => {
  const root = view({ monitoring: answers() });
  const chart = await findByRole(root, "region", { name: names.charts.names.queue_depth });
  expect(within(chart).getByRole("img", { name: /Messages that wait\. Most: 12 \(Uploads\) at/ })).toBeTruthy();
  const rows = within(within(chart).getByRole("table")).getAllByRole("row");
  expect(rows).toHaveLength(2);
  expect(rows[1]?.textContent).toMatch(/12/);
});

test("What is spent stands beside its cap; without a cap it is said that nothing is counted.", async () => {
  let root = view({ monitoring: answers() });
  const spent = await findByRole(root, "region", { name: names.spending.day });
  expect(spent.textContent).toContain("$1.25 of $5.00");
  expect(within(spent).getByRole("meter").getAttribute("aria-valuetext")).toBe("$1.25 of $5.00");
  const { spending: _, ...uncapped } = monitoring();
  root = view({ monitoring: async () => uncapped });
  expect((await findByRole(root, "region", { name: names.spending.day })).textContent).toContain(names.spending.none);
});

test("A part that AWS does not answer for is named, and the rest is shown.", async () => {
  const { alarms: _, ...rest } = monitoring({ unavailable: ["alarms"] });
  const root = view({ monitoring: async () => rest });
  await findByRole(root, "region", { name: names.queues.title });
  expect(root.textContent).toContain(names.unavailable([names.parts.alarms]));
  expect(queryByRole(root, "heading", { name: names.alarms.none })).toBeNull();
});

test("An error is a sentence with a way on, and old numbers stay.", async () => {
  let isDown = false;
  const root = view({ monitoring: () => (isDown ? Promise.reject(problemOf(503, null, null)) : answers()()) });
  await findByRole(root, "region", { name: names.queues.title });
  isDown = true;
  document.dispatchEvent(new Event("visibilitychange"));
  expect((await findByRole(root, "alert")).textContent).toContain(texts.problem.busy);
  expect(getByRole(root, "region", { name: names.queues.title })).toBeTruthy();
  isDown = false;
  getByRole(root, "button", { name: texts.tryAgain }).click();
  await vi.waitFor(() => expect(queryByRole(root, "alert")).toBeNull());
});

test("Nothing that is on, or failed, is said as well.", async () => {
  const root = view({ monitoring: answers({ alarms: [alarm({ state: "OK" })], charts: [] }) });
  expect(await findByRole(root, "heading", { name: names.alarms.none })).toBeTruthy();
  expect(getAllByRole(root, "heading").map((heading) => heading.textContent)).not.toContain(names.charts.title);
});

test("Others than operators are told so, and nothing is asked.", async () => {
  const asked = vi.fn<Api["monitoring"]>();
  const root = view({ monitoring: asked }, "uploader");
  await findByText(root, names.notAllowed);
  expect(asked).not.toHaveBeenCalled();
});
