/** Send one file in the parts that the API signs: some at a time, each again until S3 has it. */
import type { Api } from "../api/client";
import { Problem } from "../api/problem";
import type { Sleep } from "../logic/pause";
import type { SendPart } from "./part";

export type UploadApi = Pick<Api, "begin" | "uploadState" | "partUrl" | "complete" | "abort">;

/** What sending needs of its surroundings. */
export interface Line {
  readonly api: UploadApi;
  readonly send: SendPart;
  readonly sleep: Sleep;
  /** Return when there may be a connection again: browsers say so, though not always. */
  connection(): Promise<void>;
}

export interface Watch {
  /** So many bytes are with S3 now. */
  progress(bytes: number): void;
  /** Whether sending waits for a connection. */
  offline(isOffline: boolean): void;
}

// S3's guidance is to send parts in parallel; more than a few only compete for the same uplink.
const PARTS_AT_ONCE = 3;
const ATTEMPTS = 8;
const LONGEST_PAUSE_SECONDS = 30;

/** The parts of an upload, as the API has told them. */
export interface Shape {
  readonly upload_id: string;
  readonly part_size_bytes: number;
  readonly part_count: number;
}

/** Send what S3 does not have yet; `stored` are the parts that are there. Throws `Problem`, or AbortError. */
export async function sendParts(
  line: Line,
  file: Blob,
  upload: Shape,
  stored: ReadonlySet<number>,
  watch: Watch,
  signal: AbortSignal,
): Promise<void> {
  const parts = Array.from({ length: upload.part_count }, (_, index) => index + 1);
  const bytesOf = (part: number) =>
    file.slice((part - 1) * upload.part_size_bytes, Math.min(part * upload.part_size_bytes, file.size));
  const sent = new Map(parts.filter((part) => stored.has(part)).map((part) => [part, bytesOf(part).size]));
  const tell = () => watch.progress([...sent.values()].reduce((sum, bytes) => sum + bytes, 0));
  tell();
  const open = parts.filter((part) => !stored.has(part));
  // One that fails for good ends the others.
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const worker = async () => {
    for (let part = open.shift(); part !== undefined; part = open.shift()) {
      const number = part;
      const progress = (bytes: number) => {
        sent.set(number, bytes);
        tell();
      };
      await persist(line, watch, either, async () => {
        const url = await line.api.partUrl(upload.upload_id, number);
        await line.send(url, bytesOf(number), progress, either);
      });
      progress(bytesOf(number).size);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
  } catch (error) {
    failing.abort();
    throw error;
  }
}

/** Try until it works, as long as trying makes sense: without a connection for as long as that takes. */
export async function persist<Result>(
  line: Line,
  watch: Watch,
  signal: AbortSignal,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      const result = await attempt();
      watch.offline(false);
      return result;
    } catch (error) {
      if (!(error instanceof Problem) || !error.mayPass) throw error;
      if (error.status === 0) {
        watch.offline(true);
        await broken(signal, line.connection());
        continue;
      }
      failures++;
      if (failures === ATTEMPTS) throw error;
      const seconds = Math.min(2 ** (failures - 1), LONGEST_PAUSE_SECONDS);
      await broken(signal, line.sleep(Math.max(seconds, error.retryAfterSeconds ?? 0)));
    }
  }
}

/** Wait for something, unless it is broken off. */
function broken(signal: AbortSignal, waiting: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    waiting.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Return when the browser says that there is a connection, or after a while in which it may have come. */
export function connection(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, 5_000);
    addEventListener("online", done);
  });
}
