import { html, nothing, type TemplateResult } from "lit";

import { texts } from "../texts";

/** Say what is wrong, with a way on. */
export function errorNotice(sentence: string, again: (() => void) | null): TemplateResult {
  return html`<div class="notice" data-kind="error" role="alert">
    <p>${sentence}</p>
    ${again === null ? nothing : html`<button type="button" @click=${again}>${texts.tryAgain}</button>`}
  </div>`;
}

export function loadingNotice(sentence: string = texts.loading): TemplateResult {
  return html`<p class="loading" role="status"><span class="spinner" aria-hidden="true"></span>${sentence}</p>`;
}
