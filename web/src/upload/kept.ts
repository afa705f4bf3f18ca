/** Uploads that have begun, kept in this browser over a reload, with their files as far as there is room. */
import { createStore, del, entries, set } from "idb-keyval";

export interface Kept {
  readonly uploadId: string;
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
  readonly file: File | null;
  readonly captions: readonly File[];
}

/** Where uploads are kept. */
export interface Keeper {
  all(): Promise<readonly Kept[]>;
  keep(upload: Kept): Promise<void>;
  forget(uploadId: string): Promise<void>;
}

// A browser copies what it keeps: larger files are asked for again.
export const KEPT_FILE_BYTES = 256 * 1024 ** 2;

export class BrowserKeeper implements Keeper {
  readonly #store = createStore("media-pipeline-uploads", "begun");

  readonly #releases = new Map<string, () => void>();

  /** Return what no other tab is sending; this one then does. */
  async all(): Promise<readonly Kept[]> {
    const found: [string, Kept][] = await entries(this.#store);
    const ours: Kept[] = [];
    for (const [, upload] of found) {
      if (await this.#claim(upload.uploadId)) ours.push(upload);
    }
    return ours;
  }

  async keep(upload: Kept): Promise<void> {
    await this.#claim(upload.uploadId);
    const file = upload.size <= KEPT_FILE_BYTES ? upload.file : null;
    try {
      await set(upload.uploadId, { ...upload, file }, this.#store);
    } catch {
      // There is no room for the file; without one, the upload is still known.
      await set(upload.uploadId, { ...upload, file: null }, this.#store).catch(() => undefined);
    }
  }

  async forget(uploadId: string): Promise<void> {
    await del(uploadId, this.#store).catch(() => undefined);
    this.#releases.get(uploadId)?.();
    this.#releases.delete(uploadId);
  }

  /** Hold an upload's lock until it is forgotten or the tab is closed; false where another tab holds it. */
  #claim(uploadId: string): Promise<boolean> {
    if (this.#releases.has(uploadId)) return Promise.resolve(true);
    return new Promise((resolve) => {
      void navigator.locks.request(`upload ${uploadId}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((release) => this.#releases.set(uploadId, release));
      });
    });
  }
}

/** Whether a file is the one that an upload began with. */
export function isSame(file: File, upload: Pick<Kept, "name" | "size" | "lastModified">): boolean {
  return file.name === upload.name && file.size === upload.size && file.lastModified === upload.lastModified;
}
