import { html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";

import type { Api } from "../api/client";
import { Problem, sentenceOf } from "../api/problem";
import { isEnded, type Asset, type AssetError } from "../api/types";
import { bytes, clock, moment, nameOf, usd } from "../logic/format";
import { Poller } from "../logic/poller";
import { ASSETS_PATH, go, UPLOADED } from "../logic/router";
import "../parts/caption-form";
import { ConfirmDialog, type Question } from "../parts/confirm-dialog";
import "../parts/downloads";
import "../parts/embed";
import { PageElement } from "../parts/element";
import { historyOf } from "../parts/history";
import { ladderChart, type Rung } from "../parts/ladder";
import "../parts/media-player";
import { errorNotice, loadingNotice } from "../parts/notice";
import { statusBadge } from "../parts/status";
import { may, type Person } from "../session/session";
import { texts } from "../texts";
import { questionsOf, type Operation } from "./operations";

// S3's events mostly arrive within seconds; the pipeline's own search for lost ones takes longer.
const ARRIVING_MS = 300_000;
const PLAYABLE: ReadonlySet<string> = new Set(["HLS", "DASH", "MP4", "M4A"]);

/** One asset: what it is, what became of it, and what can be done with it. */
export class AssetView extends PageElement {
  static override properties = {
    api: { attribute: false },
    person: { attribute: false },
    assetId: { attribute: false },
    asset: { state: true },
    error: { state: true },
    isArriving: { state: true },
    said: { state: true },
    rungs: { state: true },
  };

  declare api: Api;
  declare person: Person;
  declare assetId: string;
  declare asset: Asset | null;
  declare error: string;
  declare isArriving: boolean;
  declare said: string;
  declare rungs: readonly Rung[];
  #poller: Poller | null = null;
  #opened = 0;
  readonly #dialog = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.asset = null;
    this.error = "";
    this.isArriving = false;
    this.said = "";
    this.rungs = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#opened = performance.now();
    this.#poller = new Poller(() => this.#refresh());
    this.#poller.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#poller?.stop();
  }

  async #refresh(): Promise<boolean> {
    try {
      this.asset = await this.api.asset(this.assetId);
      this.error = "";
      return !isEnded(this.asset.status);
    } catch (error) {
      const isGone = error instanceof Problem && error.status === 404;
      this.isArriving = isGone && this.#mayArrive();
      if (this.isArriving) return true;
      this.error = isGone ? texts.asset.gone : sentenceOf(error);
      if (isGone) this.#poller?.stop();
      throw error;
    }
  }

  #mayArrive(): boolean {
    const isFresh = location.hash === UPLOADED && performance.now() - this.#opened < ARRIVING_MS;
    return isFresh && this.asset === null;
  }

  #ask(operation: Operation, question: Omit<Question, "act">): void {
    void this.#dialog.value?.ask({ ...question, act: (option) => this.#operate(operation, option) });
  }

  async #operate(operation: Operation, option: boolean): Promise<void> {
    if (operation === "cancel") await this.api.cancel(this.assetId);
    else if (operation === "replay") await this.api.replay(this.assetId, option);
    else await this.api.remove(this.assetId, option);
    if (operation === "remove") {
      go(ASSETS_PATH);
      return;
    }
    this.said = texts.actions.done[operation];
    this.rungs = [];
    await this.#poller?.now();
  }

  override render() {
    const asset = this.asset;
    const retry = () => void this.#poller?.now();
    return html`<nav aria-label=${texts.asset.back}><a href=${ASSETS_PATH}>${texts.asset.back}</a></nav>
      ${this.error === "" ? nothing : errorNotice(this.error, asset === null && this.error === texts.asset.gone ? null : retry)}
      ${asset === null ? (this.error === "" ? loadingNotice(this.isArriving ? texts.asset.arriving : texts.loading) : nothing) : this.#asset(asset)}
      <confirm-dialog ${ref(this.#dialog)}></confirm-dialog>`;
  }

  #asset(asset: Asset): TemplateResult {
    return html`<div class="head">
        <h1 tabindex="-1">${nameOf(asset.key)}</h1>
        ${statusBadge(asset.status)}
      </div>
      <p role="status" class="hint">${this.said}</p>
      <div class="columns">
        <div>${this.#picture(asset)} ${asset.error ? failure(asset.error) : nothing} ${ladderChart(this.rungs)}
          <asset-downloads .api=${this.api} .asset=${asset}></asset-downloads>
          <asset-embed .api=${this.api} .asset=${asset}></asset-embed>
          ${this.#captions(asset)}
        </div>
        <div>${facts(asset)} ${this.#operations(asset)} ${historyOf(asset)}</div>
      </div>`;
  }

  #picture(asset: Asset): TemplateResult {
    if (asset.status === "COMPLETE" && asset.outputs.some((output) => PLAYABLE.has(output.format))) {
      return html`<media-player
        .api=${this.api}
        .assetId=${asset.id}
        .name=${asset.key}
        @ladder=${(event: CustomEvent<readonly Rung[]>) => {
          this.rungs = event.detail;
        }}
      ></media-player>`;
    }
    const sentence = isEnded(asset.status) ? texts.asset.unplayable.failed : texts.asset.unplayable.underWay;
    return html`<div class="placeholder">
      ${isEnded(asset.status)
        ? nothing
        : html`<progress
            aria-label=${texts.asset.progress}
            max="100"
            value=${asset.progress_percent || nothing}
          ></progress>`}
      <p>${sentence}</p>
    </div>`;
  }

  #captions(asset: Asset): TemplateResult | typeof nothing {
    const mayAdd = may(this.person, "uploader") && asset.status !== "CANCELED" && asset.status !== "FAILED";
    if (!mayAdd && asset.captions.length === 0 && asset.rejected_captions.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="captions-title">
      <h2 id="captions-title">${texts.asset.tracks}</h2>
      ${asset.captions.length === 0
        ? html`<p class="hint">${texts.asset.noTracks}</p>`
        : html`<ul class="lines" role="list">
            ${asset.captions.map(
              (caption) => html`<li><span>${caption.label}</span><span class="hint">${caption.language}</span></li>`,
            )}
          </ul>`}
      ${asset.rejected_captions.length === 0
        ? nothing
        : html`<h3>${texts.asset.rejected}</h3>
            <ul class="lines" role="list">
              ${asset.rejected_captions.map(
                (caption) => html`<li><span>${nameOf(caption.key)}</span><span>${caption.message}</span></li>`,
              )}
            </ul>`}
      ${mayAdd
        ? html`<caption-form
            .api=${this.api}
            .assetId=${asset.id}
            .key=${asset.key}
            @sent=${() => void this.#poller?.now()}
          ></caption-form>`
        : nothing}
    </section>`;
  }

  #operations(asset: Asset): TemplateResult | typeof nothing {
    if (!may(this.person, "operator")) return nothing;
    return html`<section class="card" aria-labelledby="operate-title">
      <h2 id="operate-title">${texts.actions.title}</h2>
      <div class="buttons">
        ${questionsOf(asset).map(
          ([operation, question]) => html`<button
            type="button"
            class=${question.isDangerous ? "danger" : ""}
            @click=${() => this.#ask(operation, question)}
          >
            ${texts.actions[operation].button}
          </button>`,
        )}
      </div>
    </section>`;
  }
}

function failure(error: AssetError): TemplateResult {
  return html`<section class="card failure" aria-labelledby="failure-title">
    <h2 id="failure-title">${texts.asset.failure}</h2>
    <p>${error.message}</p>
    <p>${texts.asset.whose[error.category]} ${error.replay_helps ? texts.asset.replayHelps : texts.asset.replayUseless}</p>
    <p class="hint"><code>${error.code}</code></p>
  </section>`;
}

function price({ quote_usd: quoted, billed_usd: billed }: Asset): string | undefined {
  if (billed === undefined) return quoted && texts.asset.estimated(usd(quoted));
  return texts.asset.billed(usd(billed), quoted === undefined || quoted === billed ? null : usd(quoted));
}

function facts(asset: Asset): TemplateResult {
  const { source } = asset;
  const shown: readonly (readonly [string, string | undefined])[] = [
    [texts.asset.duration, source && clock(source.duration_ms)],
    [
      texts.asset.source,
      source &&
        [
          source.container,
          ...(source.video ? [texts.asset.picture(source.video.width, source.video.height, source.video.codec)] : []),
          ...source.audio.map((sound) => texts.asset.sound(sound.codec, sound.channels)),
        ].join(" · "),
    ],
    [texts.asset.size, bytes(asset.size_bytes)],
    [texts.asset.profile, asset.profile],
    [texts.asset.price, price(asset)],
    [texts.asset.received, moment(asset.created_at)],
    [texts.asset.completed, asset.completed_at && moment(asset.completed_at)],
    [texts.asset.attempt, String(asset.attempt)],
    [texts.asset.key, asset.key],
    [texts.asset.id, asset.id],
  ];
  return html`<section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title">${texts.asset.overview}</h2>
    <dl>
      ${shown.map(([name, value]) => (value === undefined ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}
    </dl>
  </section>`;
}

customElements.define("asset-view", AssetView);
