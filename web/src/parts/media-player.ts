import { html, nothing } from "lit";
import { createRef, ref } from "lit/directives/ref.js";

import type { Api } from "../api/client";
import { Problem, sentenceOf } from "../api/problem";
import type { Playback } from "../api/types";
import { nameOf } from "../logic/format";
import { texts } from "../texts";
import { PageElement } from "./element";
import { rungsOf, type Rung } from "./ladder";
import { errorNotice, loadingNotice } from "./notice";
import type { OpenPlayer } from "./shaka";

// New cookies come so long before the old ones end; clocks differ a little.
const RENEWAL_SECONDS = 120;
// `setTimeout` takes 32 bits of milliseconds.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Return the path to play: DASH first, which has all that HLS has; files where there is no stream. */
export function pathToPlay(playback: Playback): string | null {
  for (const format of ["DASH", "HLS", "MP4", "M4A"]) {
    const found = playback.outputs.find((output) => output.format === format);
    if (found) return found.path;
  }
  return null;
}

/** Play one asset by the cookies that the API answers with. Sends `ladder` with the qualities it found. */
export class MediaPlayer extends PageElement {
  static override properties = {
    api: { attribute: false },
    assetId: { attribute: false },
    name: { attribute: false },
    error: { state: true },
    isReady: { state: true },
  };

  declare api: Api;
  declare assetId: string;
  declare name: string;
  declare error: string;
  declare isReady: boolean;
  readonly #video = createRef<HTMLVideoElement>();
  readonly #box = createRef<HTMLDivElement>();
  #player: OpenPlayer | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    super();
    this.error = "";
    this.isReady = false;
  }

  override firstUpdated(): void {
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#player?.close();
    this.#player = null;
  }

  async #open(): Promise<void> {
    this.error = "";
    try {
      await this.#player?.close();
      this.#player = null;
      const playback = await this.#letIn();
      const path = pathToPlay(playback);
      const [video, box] = [this.#video.value, this.#box.value];
      if (path === null || !video || !box) return;
      const poster = playback.outputs.find((output) => output.format === "POSTER");
      if (poster) video.poster = poster.path;
      const { openPlayer } = await import("./shaka");
      const player = await openPlayer(video, box, (code) => {
        this.error = texts.player.failed(code);
      });
      if (player === null) {
        this.error = texts.player.unsupported;
        return;
      }
      if (!this.isConnected) {
        await player.close();
        return;
      }
      this.#player = player;
      await player.load(path);
      this.isReady = true;
      const rungs = rungsOf(player.variants());
      this.dispatchEvent(new CustomEvent<readonly Rung[]>("ladder", { detail: rungs }));
    } catch (error) {
      this.error = error instanceof Problem ? error.message : this.error || sentenceOf(error);
    }
  }

  /** Ask for cookies, and for the next ones before these end. */
  async #letIn(): Promise<Playback> {
    const playback = await this.api.play(this.assetId);
    // What is public needs no cookies, and names no end of them.
    const ends = playback.expires_at === undefined ? null : Date.parse(playback.expires_at);
    if (ends !== null && this.isConnected) {
      const milliseconds = ends - Date.now() - RENEWAL_SECONDS * 1000;
      this.#timer = setTimeout(
        () => void this.#letIn().catch(() => undefined),
        Math.min(Math.max(milliseconds, 10_000), LONGEST_TIMER_MS),
      );
    }
    return playback;
  }

  override render() {
    return html`<div class="player" ?data-ready=${this.isReady} ${ref(this.#box)} role="region" aria-label="${texts.player.label}: ${nameOf(this.name)}">
        <video ${ref(this.#video)} playsinline preload="metadata"></video>
      </div>
      ${this.error === "" ? (this.isReady ? nothing : loadingNotice()) : errorNotice(this.error, () => void this.#open())}`;
  }
}

customElements.define("media-player", MediaPlayer);
