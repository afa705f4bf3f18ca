import { html, nothing, type TemplateResult } from "lit";

import type { Api } from "../api/client";
import type { Profile } from "../api/types";
import { bytes, span } from "../logic/format";
import { assetPath, UPLOADED } from "../logic/router";
import { PageElement } from "../parts/element";
import { profileCard } from "../parts/profile-card";
import { may, type Person } from "../session/session";
import { texts } from "../texts";
import { droppedFiles } from "../upload/dropped";
import { chosenFiles, sorted, type Found } from "../upload/files";
import type { Transfer } from "../upload/transfer";
import type { Transfers } from "../upload/transfers";

/** Choose files, and see them on their way. */
export class UploadView extends PageElement {
  static override properties = {
    api: { attribute: false },
    person: { attribute: false },
    transfers: { attribute: false },
    profiles: { state: true },
    profile: { state: true },
    error: { state: true },
    isOver: { state: true },
  };

  declare api: Api;
  declare person: Person;
  declare transfers: Transfers;
  declare profiles: readonly Profile[];
  declare profile: string | null;
  declare error: string;
  declare isOver: boolean;

  constructor() {
    super();
    this.profiles = [];
    this.profile = null;
    this.error = "";
    this.isOver = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.transfers.addEventListener("change", this.#redraw);
    if (may(this.person, "uploader")) void this.#loadProfiles();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.transfers.removeEventListener("change", this.#redraw);
  }

  readonly #redraw = (): void => this.requestUpdate();

  async #loadProfiles(): Promise<void> {
    try {
      this.profiles = await this.api.profiles();
    } catch {
      this.error = texts.upload.noProfiles;
    }
  }

  #take(files: readonly Found[]): void {
    const { videos, alone } = sorted(files);
    this.error = alone.length > 0 ? `${texts.listed(alone.map((file) => file.name))}: ${texts.upload.captionAlone}` : "";
    this.transfers.add(videos, this.profile);
  }

  #chosen(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.#take(chosenFiles(event.target.files ?? []));
    event.target.value = "";
  }

  async #dropped(event: DragEvent): Promise<void> {
    event.preventDefault();
    this.isOver = false;
    if (event.dataTransfer === null) return;
    try {
      this.#take(await droppedFiles(event.dataTransfer));
    } catch {
      this.error = texts.upload.unreadable;
    }
  }

  override render() {
    return html`<h1 tabindex="-1">${texts.upload.title}</h1>
      ${may(this.person, "uploader")
        ? html`${this.#profileChoice()} ${this.#dropZone()}`
        : html`<div class="notice"><p>${texts.upload.notAllowed}</p></div>`}
      ${this.error === "" ? nothing : html`<div class="notice" data-kind="error" role="alert"><p>${this.error}</p></div>`}
      ${this.transfers.all.length === 0 ? nothing : this.#list()}`;
  }

  #dropZone(): TemplateResult {
    return html`<section
      class="drop"
      aria-label=${texts.upload.drop}
      ?data-over=${this.isOver}
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.isOver = true;
      }}
      @dragleave=${() => {
        this.isOver = false;
      }}
      @drop=${(event: DragEvent) => void this.#dropped(event)}
    >
      <p class="large">${texts.upload.drop}</p>
      <div class="buttons">
        <label class="button primary">
          ${texts.upload.files}
          <input class="hidden" type="file" multiple accept="video/*,audio/*,.mxf,.srt,.vtt,.mkv,.ts,.mts,.m2ts" @change=${(event: Event) => this.#chosen(event)} />
        </label>
        <label class="button">
          ${texts.upload.folder}
          <input class="hidden" type="file" webkitdirectory @change=${(event: Event) => this.#chosen(event)} />
        </label>
      </div>
      <p class="hint">${texts.upload.hint}</p>
    </section>`;
  }

  #profileChoice(): TemplateResult | typeof nothing {
    if (this.profiles.length === 0) return nothing;
    const usual = this.profiles.find((profile) => profile.name === "default");
    const others = this.profiles.filter((profile) => profile !== usual);
    return html`<fieldset class="profiles">
      <legend>${texts.upload.profile}</legend>
      ${[...(usual ? [usual] : []), ...others].map((profile) => {
        const value = profile === usual ? null : profile.name;
        return profileCard(profile, this.profile === value, () => {
          this.profile = value;
        });
      })}
      <p class="hint">${texts.upload.prices}</p>
    </fieldset>`;
  }

  #list(): TemplateResult {
    return html`<section aria-labelledby="uploads-title">
      <h2 id="uploads-title">${texts.upload.list}</h2>
      <ul class="transfers" role="list">
        ${this.transfers.all.map((transfer) => this.#transfer(transfer))}
      </ul>
    </section>`;
  }

  #transfer(transfer: Transfer): TemplateResult {
    const isEnded = transfer.state === "done" || transfer.state === "failed";
    return html`<li class="card" data-state=${transfer.state}>
      <div class="line">
        <strong>${transfer.name}</strong>
        <span class="hint">${bytes(transfer.size)}</span>
      </div>
      ${isEnded || transfer.state === "lost"
        ? nothing
        : html`<progress max="100" .value=${transfer.percent} aria-label=${transfer.name}></progress>`}
      <div class="line">
        <span role=${isEnded ? "status" : nothing}>${said(transfer)}</span>
        <span class="buttons">${this.#buttons(transfer)}</span>
      </div>
      ${transfer.error === "" ? nothing : html`<p class="error" role="alert">${transfer.error}</p>`}
      ${transfer.captions.length === 0
        ? nothing
        : html`<ul class="lines" role="list">
            ${transfer.captions.map(
              (caption) => html`<li>
                <span>${caption.name}</span>
                <span class=${caption.error === "" ? "hint" : "error"}>${caption.error || texts.upload.captionsDone}</span>
              </li>`,
            )}
          </ul>`}
    </li>`;
  }

  #buttons(transfer: Transfer) {
    const button = (text: string, act: () => void) =>
      html`<button type="button" aria-label="${text}: ${transfer.name}" @click=${act}>${text}</button>`;
    const remove = () => void this.transfers.remove(transfer);
    const resume = () => this.transfers.resume(transfer);
    switch (transfer.state) {
      case "done":
        return html`${transfer.assetId === null
          ? nothing
          : html`<a class="button primary" href=${assetPath(transfer.assetId) + UPLOADED} aria-label="${texts.upload.watch}: ${transfer.name}">${texts.upload.watch}</a>`}
        ${button(texts.upload.dismiss, remove)}`;
      case "failed":
        return html`${transfer.size > 0 ? button(texts.tryAgain, resume) : nothing} ${button(texts.upload.dismiss, remove)}`;
      case "paused":
      case "ended":
        return html`${button(texts.upload.resume, resume)} ${button(texts.upload.stop, remove)}`;
      case "lost":
        return html`<label class="button">
            ${texts.upload.again}
            <input
              class="hidden"
              type="file"
              @change=${(event: Event) => {
                const file = event.target instanceof HTMLInputElement ? event.target.files?.[0] : undefined;
                if (file) this.transfers.choose(transfer, file);
              }}
            />
          </label>
          ${button(texts.upload.stop, remove)}`;
      case "finishing":
        return nothing;
      default:
        return html`${button(texts.upload.pause, () => this.transfers.pause(transfer))} ${button(texts.upload.stop, remove)}`;
    }
  }
}

/** Return where a transfer stands, in words. */
function said(transfer: Transfer): string {
  if (transfer.state === "sending") {
    const speed = transfer.speed.bytesPerSecond;
    const left = transfer.secondsLeft;
    return texts.upload.progress(
      transfer.percent,
      speed > 0 ? `${bytes(speed)}/s` : "",
      left === null ? "" : texts.time.left(span(left)),
    );
  }
  return transfer.state === "failed" ? "" : texts.upload[transfer.state];
}

customElements.define("upload-view", UploadView);
