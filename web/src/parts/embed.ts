import { html, nothing } from "lit";

import type { Api } from "../api/client";
import { sentenceOf } from "../api/problem";
import type { Asset, Output } from "../api/types";
import { texts } from "../texts";
import { PageElement } from "./element";
import { errorNotice } from "./notice";

/** Return the HTML that shows a public video on any page: a file, which every browser plays without a library. */
export function embedCode(file: Output, url: string, poster: string | null): string {
  const text = (value: string) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const size = file.width && file.height ? ` width="${file.width}" height="${file.height}"` : "";
  return file.format === "M4A"
    ? `<audio controls preload="metadata" src="${text(url)}"></audio>`
    : `<video controls playsinline preload="metadata"${size}${poster === null ? "" : ` poster="${text(poster)}"`} src="${text(url)}"></video>`;
}

/** How to show an asset elsewhere; of a private one, why there is no code for that. */
export class AssetEmbed extends PageElement {
  static override properties = {
    api: { attribute: false },
    asset: { attribute: false },
    code: { state: true },
    error: { state: true },
    said: { state: true },
  };

  declare api: Api;
  declare asset: Asset;
  declare code: string;
  declare error: string;
  declare said: string;
  #made = "";

  constructor() {
    super();
    this.code = "";
    this.error = "";
    this.said = "";
  }

  get #file(): Output | undefined {
    return this.asset.outputs.find(({ format }) => format === "MP4" || format === "M4A");
  }

  protected override updated(): void {
    const file = this.#file;
    if (this.asset.public && file !== undefined && this.#made !== file.path) void this.#make(file);
  }

  async #make(file: Output): Promise<void> {
    this.#made = file.path;
    this.error = "";
    try {
      const poster = this.asset.poster;
      const [url, picture] = await Promise.all([
        this.api.downloadUrl(this.asset.id, file.path),
        poster === undefined ? null : this.api.downloadUrl(this.asset.id, poster),
      ]);
      this.code = embedCode(file, url, picture);
    } catch (error) {
      this.error = sentenceOf(error);
    }
  }

  async #copy(): Promise<void> {
    this.error = "";
    try {
      await navigator.clipboard.writeText(this.code);
      this.said = texts.embed.copied;
    } catch {
      this.error = texts.asset.copyFailed;
    }
  }

  override render() {
    if (this.asset.status !== "COMPLETE") return nothing;
    return html`<section class="card" aria-labelledby="embed-title">
      <h2 id="embed-title">${texts.embed.title}</h2>
      ${this.asset.public ? this.#public() : texts.embed.private.map((sentence) => html`<p>${sentence}</p>`)}
      ${this.error === "" ? nothing : errorNotice(this.error, null)}
    </section>`;
  }

  #public() {
    if (this.#file === undefined) return html`<p>${texts.embed.noFile}</p>`;
    if (this.code === "") return nothing;
    return html`<p>${texts.embed.public}</p>
      <pre class="wrapped" tabindex="0" role="region" aria-label=${texts.embed.code}>${this.code}</pre>
      <div class="buttons after">
        <button type="button" @click=${() => void this.#copy()}>${texts.embed.copy}</button>
        <span role="status" class="hint">${this.said}</span>
      </div>`;
  }
}

customElements.define("asset-embed", AssetEmbed);
