import { beforeEach, expect, test } from "vitest";

import { problemOf } from "../../src/api/problem";
import { texts } from "../../src/texts";
import { Transfer } from "../../src/upload/transfer";
import { Transfers } from "../../src/upload/transfers";
import { FakeKeeper, FakeLine } from "./line";

const TEXT = "0123456789AB-";
let line: FakeLine;
let keeper: FakeKeeper;

beforeEach(() => {
  line = new FakeLine();
  keeper = new FakeKeeper();
});

function film(text = TEXT, name = "film.mp4"): File {
  return new File([text], name, { type: "video/mp4", lastModified: 7 });
}

function transfer(file = film(), captions: readonly File[] = []): Transfer {
  return new Transfer({ file, captions, profile: "download" }, () => undefined);
}

test("A file is sent in the parts that the API names, and the same bytes come together.", async () => {
  const sent = transfer();
  await sent.run(line, keeper);
  expect(sent).toMatchObject({ state: "done", percent: 100, error: "", assetId: "a".repeat(32) });
  expect(line.completed).toEqual([TEXT]);
  expect(line.begun).toEqual([{ name: "film.mp4", size_bytes: 13, content_type: "video/mp4", profile: "download" }]);
  expect(keeper.kept.size).toBe(0);
});

test("A part that fails is signed and sent again; others are not.", async () => {
  line.failures.push(problemOf(503, null, "9"), problemOf(500, null, null));
  const sent = transfer();
  await sent.run(line, keeper);
  expect(line.completed).toEqual([TEXT]);
  expect(line.pauses).toHaveLength(2);
  expect(Math.max(...line.pauses)).toBe(9);
});

test("Without a connection it waits for one, however often that is, and says so.", async () => {
  line.failures.push(...Array.from({ length: 20 }, () => problemOf(0, null, null)));
  const states = new Set<string>();
  const sent = new Transfer({ file: film(), captions: [], profile: null }, () => states.add(sent.state));
  await sent.run(line, keeper);
  expect(sent.state).toBe("done");
  expect(line.connections).toBe(20);
  expect(states).toContain("offline");
});

test("What is refused is said in the API's words, before a byte is sent.", async () => {
  line.api.begin = async () => {
    throw problemOf(422, { code: "UNSUPPORTED_FILE_TYPE", detail: "Files of this type are not taken." }, null);
  };
  const sent = transfer(film(TEXT, "notes.txt"));
  await sent.run(line, keeper);
  expect(sent).toMatchObject({ state: "failed", error: "Files of this type are not taken.", sent: 0 });
});

test("An empty file is refused without a request.", async () => {
  const sent = transfer(film(""));
  await sent.run(line, keeper);
  expect(sent).toMatchObject({ state: "failed", error: texts.upload.empty });
  expect(line.begun).toEqual([]);
});

test("Paused and resumed, it sends what S3 does not have, and nothing twice.", async () => {
  const seen: number[] = [];
  const transfers = new Transfers(line, keeper);
  const held = heldBack();
  line.onPart = (part) => {
    seen.push(part);
    return part === 4 ? held.promise : undefined;
  };
  transfers.add([{ file: film(), captions: [] }], null);
  const [sent] = transfers.all;
  if (!sent) throw new Error("There is no transfer.");
  await until(() => (line.stored.get("id-1")?.size ?? 0) === 3);
  transfers.pause(sent);
  held.resolve();
  await until(() => sent.state === "paused");
  transfers.resume(sent);
  await until(() => sent.state === "done");
  expect(line.completed).toEqual([TEXT]);
  expect(seen.filter((part) => part !== 4)).toEqual([1, 2, 3]);
});

test("After a reload, an upload goes on by itself with the file that was kept.", async () => {
  await begunAndBrokenOff();
  const transfers = new Transfers(line, keeper);
  await transfers.restore();
  await until(() => transfers.all[0]?.state === "done");
  expect(line.completed).toEqual([TEXT]);
  expect(line.begun).toHaveLength(1);
});

test("A file that could not be kept is asked for again; another one is refused, the same one goes on.", async () => {
  await begunAndBrokenOff();
  for (const [id, upload] of keeper.kept) keeper.kept.set(id, { ...upload, file: null });
  const transfers = new Transfers(line, keeper);
  await transfers.restore();
  const [lost] = transfers.all;
  if (!lost) throw new Error("There is no transfer.");
  expect(lost.state).toBe("lost");
  transfers.choose(lost, film("another file"));
  expect(lost).toMatchObject({ state: "lost", error: texts.upload.otherFile("film.mp4") });
  transfers.add([{ file: film(), captions: [] }], null);
  await until(() => lost.state === "done");
  expect(transfers.all).toHaveLength(1);
  expect(line.begun).toHaveLength(1);
});

test("When the session ends in the middle, it stops without an error and can go on.", async () => {
  line.failures.push(problemOf(401, null, null));
  const transfers = new Transfers(line, keeper);
  transfers.add([{ file: film(), captions: [] }], null);
  const [sent] = transfers.all;
  if (!sent) throw new Error("There is no transfer.");
  await until(() => sent.state === "ended");
  expect(keeper.kept.size).toBe(1);
  transfers.resume(sent);
  await until(() => sent.state === "done");
  expect(line.completed).toEqual([TEXT]);
});

test("Captions are sent with their video, before it is whole; a refusal is told beside them.", async () => {
  const captions = [new File(["WEBVTT"], "film.en.vtt"), new File(["x"], "film.xx.vtt")];
  const begin = line.api.begin;
  line.api.begin = async (upload) => {
    if (upload.name === "film.xx.vtt") throw problemOf(422, { code: "INVALID_NAME", detail: "No such language." }, null);
    return begin(upload);
  };
  const sent = transfer(film(), captions);
  await sent.run(line, keeper);
  expect(sent.captions).toEqual([
    { name: "film.en.vtt", error: "" },
    { name: "film.xx.vtt", error: "No such language." },
  ]);
  expect(line.begun[1]).toMatchObject({ name: "film.en.vtt", upload_id: "id-1", content_type: "text/vtt" });
  expect(line.completed).toEqual(["WEBVTT", TEXT]);
});

test("An upload that is given up is given up at S3, and is not kept.", async () => {
  line.onPart = () => new Promise(() => undefined);
  const transfers = new Transfers(line, keeper);
  transfers.add([{ file: film(), captions: [] }], null);
  await until(() => keeper.kept.size === 1);
  const [sent] = transfers.all;
  if (sent) await transfers.remove(sent);
  expect(line.aborted).toEqual(["id-1"]);
  expect(keeper.kept.size).toBe(0);
  expect(transfers.all).toEqual([]);
});

test("Two files are sent at a time; the others wait for their turn.", async () => {
  const held = heldBack();
  line.onPart = () => held.promise;
  const transfers = new Transfers(line, keeper);
  transfers.add([1, 2, 3].map((number) => ({ file: film(TEXT, `${number}.mp4`), captions: [] })), null);
  await until(() => line.begun.length === 2);
  expect(transfers.all.map((each) => each.state)).toEqual(["sending", "sending", "waiting"]);
  held.resolve();
  await until(() => transfers.underWay.length === 0);
  expect(line.completed).toEqual([TEXT, TEXT, TEXT]);
});

function heldBack(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

async function begunAndBrokenOff(): Promise<void> {
  const sent = transfer();
  line.onPart = (part) => (part > 2 ? new Promise(() => undefined) : undefined);
  void sent.run(line, keeper);
  await until(() => line.stored.get("id-1")?.size === 2);
  line.onPart = () => undefined;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 1_000) throw new Error("It never came to that.");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
