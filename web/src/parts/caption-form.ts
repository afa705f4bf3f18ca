import { html, nothing } from "lit";

import type { Api } from "../api/client";
import { sentenceOf } from "../api/problem";
import { nameOf } from "../logic/format";
import { texts } from "../texts";
import { captionName, isCaption, MAX_CAPTION_BYTES } from "../upload/files";
import { sendSmall } from "../upload/small";
import { PageElement } from "./element";
import { errorNotice } from "./notice";

const LANGUAGES = ["ar", "bn", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "ur", "vi", "zh"];
const PREVIEW_LINES = 8;

function languageName(code: string): string {
  return new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code;
}

/** Return what is wrong with a caption file, or nothing: no byte of it is sent then. */
export function captionFault(file: File | null): string {
  if (file === null) return texts.captions.choose;
  if (!isCaption(file.name)) return texts.captions.wrongType;
  if (file.size === 0) return texts.captions.empty;
  return file.size > MAX_CAPTION_BYTES ? texts.captions.tooLarge : "";
}

/** Add captions to an asset: a file and its language. */
export class CaptionForm extends PageElement {
  static override properties = {
    api: { attribute: false },
    assetId: { attribute: false },
    key: { attribute: false },
    file: { state: true },
    preview: { state: true },
    error: { state: true },
    said: { state: true },
    isBusy: { state: true },
  };

  declare api: Api;
  declare assetId: string;
  declare key: string;
  declare file: File | null;
  declare preview: string;
  declare error: string;
  declare said: string;
  declare isBusy: boolean;
  #language = "en";

  constructor() {
    super();
    this.file = null;
    this.preview = "";
    this.error = "";
    this.said = "";
    this.isBusy = false;
  }

  async #choose(event: Event): Promise<void> {
    const file = event.target instanceof HTMLInputElement ? (event.target.files?.[0] ?? null) : null;
    this.file = file;
    this.said = "";
    this.error = captionFault(file);
    this.preview =
      file === null || this.error !== "" ? "" : (await file.text()).split(/\r?\n/, PREVIEW_LINES).join("\n");
  }

  async #send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.said = "";
    this.error = captionFault(this.file);
    if (this.error !== "" || this.file === null) return;
    const form = event.target;
    this.isBusy = true;
    try {
      const name = captionName(nameOf(this.key), this.#language, this.file.name);
      await sendSmall(this.api, this.file, { name, asset_id: this.assetId });
      this.said = texts.captions.sent;
      this.file = null;
      this.preview = "";
      if (form instanceof HTMLFormElement) form.reset();
      this.dispatchEvent(new CustomEvent("sent"));
    } catch (error) {
      this.error = sentenceOf(error);
    } finally {
      this.isBusy = false;
    }
  }

  override render() {
    return html`<form class="stack" @submit=${(event: SubmitEvent) => void this.#send(event)}>
      <h3>${texts.captions.title}</h3>
      <div class="filters">
        <label>
          ${texts.captions.file}
          <input type="file" accept=".srt,.vtt" @change=${(event: Event) => void this.#choose(event)} />
        </label>
        <label>
          ${texts.captions.language}
          <select
            @change=${(event: Event) => {
              if (event.target instanceof HTMLSelectElement) this.#language = event.target.value;
            }}
          >
            ${LANGUAGES.map(
              (code) => html`<option value=${code} ?selected=${code === "en"}>${languageName(code)}</option>`,
            )}
          </select>
        </label>
      </div>
      ${this.preview === ""
        ? nothing
        : html`<figure><figcaption class="hint">${texts.captions.preview}</figcaption><pre tabindex="0" role="region" aria-label=${texts.captions.preview}>${this.preview}</pre></figure>`}
      ${this.error === "" ? nothing : errorNotice(this.error, null)}
      <div class="buttons">
        <button type="submit" ?disabled=${this.isBusy}>${this.isBusy ? texts.captions.sending : texts.captions.send}</button>
        <span role="status" class="hint">${this.said}</span>
      </div>
    </form>`;
  }
}

customElements.define("caption-form", CaptionForm);
