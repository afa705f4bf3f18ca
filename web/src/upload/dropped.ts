/** What was dropped on the page: files, and the files of folders with all that is in them. */
import type { Found } from "./files";

/** Return all files of a drop. Rejects where a folder can't be read. */
export async function droppedFiles(dropped: DataTransfer): Promise<readonly Found[]> {
  // The list is emptied as soon as the event is over: entries are taken before anything is waited for.
  const entries = [...dropped.items].map((item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const loose = entries.every((entry) => entry === null) ? [...dropped.files] : [];
  const found = await Promise.all(entries.map((entry) => (entry === null ? [] : filesBelow(entry))));
  return [...loose.map((file) => ({ file, folder: "" })), ...found.flat()];
}

async function filesBelow(entry: FileSystemEntry): Promise<readonly Found[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, folder: entry.fullPath.slice(0, entry.fullPath.lastIndexOf("/") + 1) }];
  }
  if (!isFolder(entry)) return [];
  const below = await entriesOf(entry.createReader());
  return (await Promise.all(below.map(filesBelow))).flat();
}

/** Read a folder to its end: a browser tells of some entries at a time, and of none at last. */
async function entriesOf(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
