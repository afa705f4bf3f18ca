/** One video on its way, with the captions that were chosen with it. */
import { Problem, sentenceOf } from "../api/problem";
import type { NewUpload } from "../api/types";
import { texts } from "../texts";
import { contentTypeOf } from "./files";
import { isSame, type Keeper, type Kept } from "./kept";
import { persist, sendParts, type Line, type Shape } from "./sending";
import { sendSmall } from "./small";
import { Speed } from "./speed";

export type State =
  | "waiting"
  | "sending"
  | "offline"
  | "paused"
  | "ended"
  | "finishing"
  | "done"
  | "failed"
  | "lost";

/** Captions, and how sending them went: an empty `error` where they were sent. */
export interface SentCaption {
  readonly name: string;
  readonly error: string;
}

const UNDER_WAY: ReadonlySet<State> = new Set<State>(["waiting", "sending", "offline", "finishing"]);

export class Transfer {
  readonly id: string = crypto.randomUUID();
  readonly name: string;
  readonly size: number;
  state: State = "waiting";
  error = "";
  sent = 0;
  assetId: string | null = null;
  captions: readonly SentCaption[] = [];
  readonly speed = new Speed();
  readonly #changed: () => void;
  readonly #profile: string | null;
  readonly #openCaptions: File[];
  readonly #lastModified: number;
  #file: File | null;
  #uploadId: string | null;
  #breaking = new AbortController();

  constructor(
    from: { file: File; captions: readonly File[]; profile: string | null } | Kept,
    changed: () => void,
  ) {
    const kept = "uploadId" in from ? from : null;
    this.#file = from.file;
    this.name = kept?.name ?? from.file?.name ?? "";
    this.size = kept?.size ?? from.file?.size ?? 0;
    this.#lastModified = kept?.lastModified ?? from.file?.lastModified ?? 0;
    this.#profile = "profile" in from ? from.profile : null;
    this.#openCaptions = [...from.captions];
    this.#uploadId = kept?.uploadId ?? null;
    this.#changed = changed;
    if (this.#file === null) this.state = "lost";
    else if (this.#file.size === 0) this.#fail(texts.upload.empty);
  }

  get isUnderWay(): boolean {
    return UNDER_WAY.has(this.state);
  }

  get percent(): number {
    return this.size === 0 ? 0 : Math.floor((100 * this.sent) / this.size);
  }

  get secondsLeft(): number | null {
    const speed = this.speed.bytesPerSecond;
    return this.state === "sending" && speed > 0 ? (this.size - this.sent) / speed : null;
  }

  /** Go on with the file that was chosen again; false where it is another one. */
  accept(file: File): boolean {
    const isIt = isSame(file, { name: this.name, size: this.size, lastModified: this.#lastModified });
    if (isIt) {
      this.#file = file;
      this.error = "";
      this.#become("waiting");
    } else {
      this.error = texts.upload.otherFile(this.name);
      this.#changed();
    }
    return isIt;
  }

  pause(): void {
    this.#breaking.abort();
    this.#become("paused");
  }

  resume(): void {
    this.error = "";
    this.#become("waiting");
  }

  /** Give it up, here and at S3. */
  async stop(line: Line, keeper: Keeper): Promise<void> {
    this.#breaking.abort();
    const id = this.#uploadId;
    this.#uploadId = null;
    this.#become("paused");
    if (id === null) return;
    await keeper.forget(id);
    // What is not given up now, the bucket removes by itself after some days.
    await line.api.abort(id).catch(() => undefined);
  }

  /** Send what is still to be sent; all that can happen is in `state` and `error` afterwards. */
  async run(line: Line, keeper: Keeper): Promise<void> {
    const file = this.#file;
    if (file === null || this.state !== "waiting") return;
    const breaking = new AbortController();
    this.#breaking = breaking;
    this.speed.clear();
    this.#become("sending");
    try {
      await this.#send(line, keeper, file, breaking.signal);
    } catch (error) {
      if (breaking.signal.aborted) return;
      if (error instanceof Problem && error.isSessionEnd) this.#become("ended");
      else this.#fail(sentenceOf(error));
    }
  }

  async #send(line: Line, keeper: Keeper, file: File, signal: AbortSignal): Promise<void> {
    const watch = {
      progress: (bytes: number) => {
        if (signal.aborted) return;
        this.sent = bytes;
        this.speed.add(Date.now(), bytes);
        this.#changed();
      },
      offline: (isOffline: boolean) => {
        if (signal.aborted) return;
        if (isOffline) this.speed.clear();
        this.#become(isOffline ? "offline" : "sending");
      },
    };
    const [upload, stored] = await persist(line, watch, signal, () => this.#shape(line, file));
    signal.throwIfAborted();
    this.#uploadId = upload.upload_id;
    await this.#keep(keeper, file);
    await sendParts(line, file, upload, stored, watch, signal);
    await this.#sendCaptions(line, keeper, file, upload.upload_id);
    signal.throwIfAborted();
    this.#become("finishing");
    const done = await persist(line, { ...watch, offline: () => undefined }, signal, () =>
      line.api.complete(upload.upload_id),
    );
    await keeper.forget(upload.upload_id);
    this.#uploadId = null;
    this.assetId = done.asset_id ?? null;
    this.sent = this.size;
    this.#become("done");
  }

  /** Begin the upload, or go on with one that has begun: S3 knows which parts it has. */
  async #shape(line: Line, file: File): Promise<[Shape, ReadonlySet<number>]> {
    if (this.#uploadId !== null) {
      try {
        const state = await line.api.uploadState(this.#uploadId);
        return [state, new Set(state.parts.map((part) => part.number))];
      } catch (error) {
        // It was given up, or removed after days: begin anew.
        if (!(error instanceof Problem) || error.status !== 404) throw error;
      }
    }
    const upload: NewUpload = {
      name: file.name,
      size_bytes: file.size,
      content_type: contentTypeOf(file),
      ...(this.#profile === null ? {} : { profile: this.#profile }),
    };
    return [await line.api.begin(upload), new Set()];
  }

  async #keep(keeper: Keeper, file: File): Promise<void> {
    if (this.#uploadId === null) return;
    await keeper.keep({
      uploadId: this.#uploadId,
      name: file.name,
      size: file.size,
      lastModified: file.lastModified,
      file,
      captions: [...this.#openCaptions],
    });
  }

  /** Send captions before the video is whole: encoding then begins with them. */
  async #sendCaptions(line: Line, keeper: Keeper, file: File, uploadId: string): Promise<void> {
    for (let caption = this.#openCaptions[0]; caption !== undefined; caption = this.#openCaptions[0]) {
      let error = caption.size === 0 ? texts.upload.empty : "";
      try {
        if (error === "") await sendSmall(line.api, caption, { name: caption.name, upload_id: uploadId }, line.send);
      } catch (thrown) {
        if (thrown instanceof Problem && (thrown.isSessionEnd || thrown.status === 0)) throw thrown;
        error = sentenceOf(thrown);
      }
      this.#openCaptions.shift();
      this.captions = [...this.captions, { name: caption.name, error }];
      await this.#keep(keeper, file);
      this.#changed();
    }
  }

  #fail(sentence: string): void {
    this.error = sentence;
    this.#become("failed");
  }

  #become(state: State): void {
    this.state = state;
    this.#changed();
  }
}
