import { html, nothing } from "lit";

import type { Api } from "../api/client";
import { sentenceOf } from "../api/problem";
import type { Asset } from "../api/types";
import { nameOf } from "../logic/format";
import { here } from "../logic/router";
import { texts } from "../texts";
import { PageElement } from "./element";
import { errorNotice } from "./notice";

/** A file that people take away: its name says what it is. */
export interface Download {
  readonly name: string;
  readonly path: string;
}

const FILES: ReadonlySet<string> = new Set(["MP4", "M4A"]);

export function downloadsOf(asset: Asset): readonly Download[] {
  const files = asset.outputs
    .filter((output) => FILES.has(output.format))
    .map((output) => ({
      name: [output.format, output.height ? texts.asset.rung(output.height) : ""].filter(Boolean).join(" "),
      path: output.path,
    }));
  return [...files, ...asset.captions.map((caption) => ({ name: texts.asset.captionFile(caption.label), path: caption.path }))];
}

/** The files of an asset: each is signed when it is asked for. */
export class AssetDownloads extends PageElement {
  static override properties = {
    api: { attribute: false },
    asset: { attribute: false },
    error: { state: true },
    said: { state: true },
  };

  declare api: Api;
  declare asset: Asset;
  declare error: string;
  declare said: string;

  constructor() {
    super();
    this.error = "";
    this.said = "";
  }

  async #download(file: Download): Promise<void> {
    await this.#with(file, (url) => {
      const link = document.createElement("a");
      link.href = here(url);
      link.download = nameOf(file.path);
      link.click();
    });
  }

  async #copy(file: Download): Promise<void> {
    await this.#with(file, async (url) => {
      try {
        await navigator.clipboard.writeText(url);
        this.said = texts.asset.copied;
      } catch {
        this.error = texts.asset.copyFailed;
      }
    });
  }

  async #with(file: Download, use: (url: string) => void | Promise<void>): Promise<void> {
    this.error = "";
    this.said = "";
    try {
      await use(await this.api.downloadUrl(this.asset.id, file.path));
    } catch (error) {
      this.error = sentenceOf(error);
    }
  }

  override render() {
    const files = downloadsOf(this.asset);
    if (files.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="downloads-title">
      <h2 id="downloads-title">${texts.asset.downloads}</h2>
      <ul class="lines" role="list">
        ${files.map(
          (file) => html`<li>
            <span>${file.name}</span>
            <span class="buttons">
              <button type="button" @click=${() => void this.#copy(file)} aria-label="${texts.asset.copyLink}: ${file.name}">
                ${texts.asset.copyLink}
              </button>
              <button type="button" @click=${() => void this.#download(file)} aria-label=${texts.asset.downloadFile(file.name)}>
                ${texts.asset.download}
              </button>
            </span>
          </li>`,
        )}
      </ul>
      <p role="status" class="hint">${this.said}</p>
      ${this.error === "" ? nothing : errorNotice(this.error, null)}
    </section>`;
  }
}

customElements.define("asset-downloads", AssetDownloads);
