/** A stand-in for API, S3 and connection, with an S3 that remembers which parts it has. */
import { Problem } from "../../src/api/problem";
import type { NewUpload } from "../../src/api/types";
import type { Keeper, Kept } from "../../src/upload/kept";
import type { Line, UploadApi } from "../../src/upload/sending";

export const PART_BYTES = 4;

export class FakeLine implements Line {
  readonly begun: NewUpload[] = [];
  readonly stored = new Map<string, Map<number, string>>();
  readonly sizes = new Map<string, number>();
  readonly completed: string[] = [];
  readonly aborted: string[] = [];
  readonly pauses: number[] = [];
  /** What the next sendings of parts fail with. */
  readonly failures: unknown[] = [];
  connections = 0;
  /** Called before each part; a test breaks in here. */
  onPart: (number: number) => void | Promise<void> = () => undefined;

  readonly api: UploadApi = {
    begin: async (upload) => {
      this.begun.push(upload);
      const id = `id-${this.begun.length}`;
      this.stored.set(id, new Map());
      this.sizes.set(id, upload.size_bytes);
      return this.#shape(id);
    },
    uploadState: async (id) => {
      const parts = this.stored.get(id);
      if (!parts) throw new Problem(404, "UNKNOWN_UPLOAD", "There is no upload of this id.");
      return { ...this.#shape(id), parts: [...parts].map(([number, text]) => ({ number, size_bytes: text.length })) };
    },
    partUrl: async (id, part) => `https://s3.test/${id}/${part}`,
    complete: async (id) => {
      const parts = this.stored.get(id);
      if (!parts) throw new Problem(404, "UNKNOWN_UPLOAD", "There is no upload of this id.");
      this.completed.push([...parts].sort(([one], [other]) => one - other).map(([, text]) => text).join(""));
      return { captions: false, asset_id: "a".repeat(32) };
    },
    abort: async (id) => {
      this.aborted.push(id);
      this.stored.delete(id);
    },
  };

  readonly send = async (url: string, body: Blob, progress: (bytes: number) => void, signal: AbortSignal) => {
    const [, id = "", part = ""] = /\/([^/]+)\/(\d+)$/.exec(url) ?? [];
    await this.onPart(Number(part));
    signal.throwIfAborted();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    progress(body.size);
    this.stored.get(id)?.set(Number(part), await body.text());
  };

  readonly sleep = async (seconds: number) => void this.pauses.push(seconds);

  readonly connection = async () => {
    this.connections++;
  };

  #shape(id: string) {
    const size = this.sizes.get(id) ?? 0;
    return { upload_id: id, size_bytes: size, part_size_bytes: PART_BYTES, part_count: Math.ceil(size / PART_BYTES) };
  }
}

export class FakeKeeper implements Keeper {
  readonly kept = new Map<string, Kept>();

  async all(): Promise<readonly Kept[]> {
    return [...this.kept.values()];
  }

  async keep(upload: Kept): Promise<void> {
    this.kept.set(upload.uploadId, upload);
  }

  async forget(uploadId: string): Promise<void> {
    this.kept.delete(uploadId);
  }
}
