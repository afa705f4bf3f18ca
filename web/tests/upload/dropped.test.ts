import { expect, test } from "vitest";

import { droppedFiles } from "../../src/upload/dropped";
import { sorted } from "../../src/upload/files";
import { only } from "../support";

// As many as Chromium tells of at a time.
const AT_A_TIME = 100;

function fileEntry(path: string): FileSystemFileEntry {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return only<FileSystemFileEntry>({
    isFile: true,
    isDirectory: false,
    fullPath: path,
    file: (done: FileCallback) => done(new File(["x"], name)),
  });
}

function folderEntry(path: string, below: readonly FileSystemEntry[]): FileSystemDirectoryEntry {
  return only<FileSystemDirectoryEntry>({
    isFile: false,
    isDirectory: true,
    fullPath: path,
    createReader: () => {
      const rest = [...below];
      return { readEntries: (done: FileSystemEntriesCallback) => done(rest.splice(0, AT_A_TIME)) };
    },
  });
}

function drop(...entries: (FileSystemEntry | null)[]): DataTransfer {
  const items = entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry }));
  return { items, files: [new File(["x"], "loose.mp4")] } as unknown as DataTransfer;
}

test("A folder's files are found at every depth, however many there are.", async () => {
  const many = Array.from({ length: 250 }, (_, number) => fileEntry(`/trip/day/${number}.mp4`));
  const trip = folderEntry("/trip", [fileEntry("/trip/start.mp4"), folderEntry("/trip/day", many)]);
  const found = await droppedFiles(drop(trip, fileEntry("/alone.mp4")));
  expect(found.length).toBe(252);
  expect(found.find(({ file }) => file.name === "249.mp4")?.folder).toBe("/trip/day/");
  expect(found.find(({ file }) => file.name === "alone.mp4")?.folder).toBe("/");
});

test("Captions belong to the video beside them in the folder that was dropped, and to no other.", async () => {
  const folders = ["one", "two"].map((name) =>
    folderEntry(`/${name}`, [fileEntry(`/${name}/film.mp4`), fileEntry(`/${name}/film.en.vtt`)]),
  );
  const { videos, alone } = sorted(await droppedFiles(drop(...folders)));
  expect(videos.map((video) => video.captions.length)).toEqual([1, 1]);
  expect(alone).toEqual([]);
});

test("What a browser has no entries of is taken as files.", async () => {
  expect((await droppedFiles(drop(null))).map(({ file }) => file.name)).toEqual(["loose.mp4"]);
});

test("A folder that can't be read is no empty one.", async () => {
  const locked = only<FileSystemDirectoryEntry>({
    isFile: false,
    isDirectory: true,
    createReader: () => ({
      readEntries: (_done: FileSystemEntriesCallback, failed?: ErrorCallback) =>
        failed?.(new DOMException("no", "NotReadableError")),
    }),
  });
  await expect(droppedFiles(drop(locked))).rejects.toThrow("no");
});
