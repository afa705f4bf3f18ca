import { html, nothing, type PropertyValues } from "lit";

import type { Api } from "../api/client";
import type { AssetSummary } from "../api/types";
import { clock } from "../logic/format";
import { postersOf } from "../logic/posters";
import { PageElement } from "./element";

const LOOKED_AT_MS = 150;

/** The picture of an asset in a list, with its length; without a picture, the length on a plain ground. */
export class AssetPoster extends PageElement {
  static override properties = {
    api: { attribute: false },
    asset: { attribute: false },
    url: { state: true },
  };

  declare api: Api;
  declare asset: AssetSummary;
  declare url: string;
  #asked = "";
  #leaving = new AbortController();

  constructor() {
    super();
    this.url = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leaving = new AbortController();
    this.#asked = "";
    // A row that was moved is taken out and put in again.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const path = this.asset.status === "COMPLETE" ? (this.asset.poster ?? "") : "";
    if (path === this.#asked) return;
    this.#asked = path;
    this.url = "";
    if (path !== "") setTimeout(() => void this.#load(path, this.#leaving.signal), LOOKED_AT_MS);
  }

  async #load(path: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted || path !== this.#asked) return;
    // A list is whole without its pictures: what can't be had is left out.
    const url = await postersOf(this.api).url(this.asset.id, path, signal).catch(() => "");
    if (path === this.#asked) this.url = url;
  }

  override render() {
    const { duration_ms: duration } = this.asset;
    return html`${this.url === ""
      ? nothing
      : html`<img
          src=${this.url}
          alt=""
          decoding="async"
          @error=${() => {
            this.url = "";
          }}
        />`}
    ${duration === undefined ? nothing : html`<span class="length">${clock(duration)}</span>`}`;
  }
}

customElements.define("asset-poster", AssetPoster);
