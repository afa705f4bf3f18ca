import { html, nothing } from "lit";
import { createRef, ref } from "lit/directives/ref.js";

import { sentenceOf } from "../api/problem";
import { texts } from "../texts";
import { PageElement } from "./element";
import { errorNotice } from "./notice";

/** What is asked, and what is done where it is confirmed; `option` is a choice that goes with it. */
export interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly option: { readonly label: string; readonly isNeeded: boolean } | null;
  readonly isDangerous: boolean;
  act(option: boolean): Promise<void>;
}

/** Ask before something is done that can't be taken back by the same button. */
export class ConfirmDialog extends PageElement {
  static override properties = {
    question: { state: true },
    error: { state: true },
    isBusy: { state: true },
    isChosen: { state: true },
  };

  declare question: Question | null;
  declare error: string;
  declare isBusy: boolean;
  declare isChosen: boolean;
  readonly #dialog = createRef<HTMLDialogElement>();

  constructor() {
    super();
    this.question = null;
    this.error = "";
    this.isBusy = false;
    this.isChosen = false;
  }

  async ask(question: Question): Promise<void> {
    this.question = question;
    this.error = "";
    this.isChosen = false;
    await this.updateComplete;
    this.#dialog.value?.showModal();
  }

  async #confirm(question: Question): Promise<void> {
    this.isBusy = true;
    this.error = "";
    try {
      await question.act(this.isChosen);
      this.#dialog.value?.close();
    } catch (error) {
      this.error = sentenceOf(error);
    } finally {
      this.isBusy = false;
    }
  }

  override render() {
    const question = this.question;
    if (question === null) return nothing;
    const option = question.option;
    const isHeld = this.isBusy || (option?.isNeeded === true && !this.isChosen);
    return html`<dialog ${ref(this.#dialog)} aria-labelledby="question-title" aria-describedby="question-text">
      <h2 id="question-title">${question.title}</h2>
      <p id="question-text">${question.text}</p>
      ${option === null
        ? nothing
        : html`<label class="choice">
            <input
              type="checkbox"
              .checked=${this.isChosen}
              @change=${(event: Event) => {
                this.isChosen = event.target instanceof HTMLInputElement && event.target.checked;
              }}
            />
            ${option.label}
          </label>`}
      ${this.error === "" ? nothing : errorNotice(this.error, null)}
      <div class="buttons">
        <button type="button" @click=${() => this.#dialog.value?.close()}>${texts.actions.keep}</button>
        <button
          type="button"
          class=${question.isDangerous ? "danger" : "primary"}
          ?disabled=${isHeld}
          @click=${() => void this.#confirm(question)}
        >
          ${question.confirm}
        </button>
      </div>
    </dialog>`;
  }
}

customElements.define("confirm-dialog", ConfirmDialog);
