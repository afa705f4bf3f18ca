import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";

import { Api } from "../api/client";
import { Problem } from "../api/problem";
import { pause } from "../logic/pause";
import { ASSETS_PATH, HEALTH_PATH, placeOf, UPLOAD_PATH } from "../logic/router";
import { PageElement } from "../parts/element";
import { errorNotice, loadingNotice } from "../parts/notice";
import { may, Session, type Person } from "../session/session";
import { texts } from "../texts";
import { BrowserKeeper } from "../upload/kept";
import { sendPart } from "../upload/part";
import { connection } from "../upload/sending";
import { Transfers } from "../upload/transfers";
import "./assets";

// So many tenths of a second a view may take to have a heading.
const HEADING_TRIES = 100;

type Phase = "loading" | "unreachable" | "failed" | "out" | "in" | "ended";

/** The whole page: who is signed in, and which view is shown. */
export class MediaPage extends PageElement {
  static override properties = {
    phase: { state: true },
    person: { state: true },
    path: { state: true },
  };

  declare phase: Phase;
  declare person: Person | null;
  declare path: string;
  #session: Session | null = null;
  readonly #api: Api;
  readonly #transfers: Transfers;
  readonly #loaded = new Set<string>();

  constructor() {
    super();
    this.phase = "loading";
    this.person = null;
    this.path = location.pathname;
    this.#api = new Api({
      token: async () => (await this.#session?.token()) ?? null,
      renewed: async () => {
        const token = (await this.#session?.renewed()) ?? null;
        if (token === null && this.phase === "in") this.phase = "ended";
        return token;
      },
    });
    this.#transfers = new Transfers({ api: this.#api, send: sendPart, sleep: pause, connection }, new BrowserKeeper());
    this.#transfers.addEventListener("change", () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("popstate", this.#onPath);
    addEventListener("beforeunload", this.#onLeave);
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("popstate", this.#onPath);
    removeEventListener("beforeunload", this.#onLeave);
  }

  readonly #onPath = (): void => {
    if (this.path === location.pathname) return;
    this.path = location.pathname;
    void this.#showFromTop();
  };

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.#transfers.underWay.length > 0) event.preventDefault();
  };

  /** Begin a view where reading begins: at its heading, which may come only with what the API answers. */
  async #showFromTop(): Promise<void> {
    const { path } = this;
    scrollTo(0, 0);
    for (let tries = 0; tries < HEADING_TRIES && path === this.path; tries++) {
      await this.updateComplete;
      const heading = this.querySelector("h1");
      if (heading !== null) {
        heading.focus({ preventScroll: true });
        return;
      }
      await pause(0.1);
    }
  }

  async #begin(): Promise<void> {
    this.phase = "loading";
    try {
      this.#session = new Session(await this.#api.config());
    } catch {
      this.phase = "unreachable";
      return;
    }
    try {
      const path = await this.#session.comeBack();
      if (path !== null) {
        history.replaceState(null, "", path);
        this.path = location.pathname;
      }
      this.person = await this.#session.person();
    } catch {
      history.replaceState(null, "", ASSETS_PATH);
      this.phase = "failed";
      return;
    }
    this.phase = this.person === null ? "out" : "in";
    if (this.phase === "in") await this.#transfers.restore().catch(() => undefined);
  }

  async #signIn(): Promise<void> {
    try {
      await this.#session?.signIn(this.path);
    } catch (error) {
      this.phase = error instanceof Problem ? "unreachable" : "failed";
    }
  }

  override render() {
    return html`<a class="skip" href="#content">${texts.skip}</a>
      ${this.#header()}
      <main id="content" tabindex="-1">${this.#content()}</main>`;
  }

  #header(): TemplateResult {
    const links: readonly (readonly [string, string])[] = [
      [ASSETS_PATH, texts.navigation.assets],
      [UPLOAD_PATH, texts.navigation.upload],
      ...(this.person !== null && may(this.person, "operator") ? [[HEALTH_PATH, texts.navigation.health] as const] : []),
    ];
    const underWay = this.#transfers.underWay.length;
    return html`<header>
      <a class="product" href=${ASSETS_PATH}>${texts.product}</a>
      ${this.person === null
        ? nothing
        : html`<nav aria-label=${texts.navigation.label}>
              ${links.map(
                ([path, name]) =>
                  html`<a href=${path} aria-current=${this.path === path ? "page" : nothing}>${name}</a>`,
              )}
            </nav>
            ${underWay === 0
              ? nothing
              : html`<a class="summary" href=${UPLOAD_PATH}>${texts.upload.summary(underWay, this.#transfers.percent)}</a>`}
            <div class="account">
              <span class="person">${this.person.name}</span>
              <button type="button" @click=${() => void this.#session?.signOut()}>${texts.signIn.out}</button>
            </div>`}
    </header>`;
  }

  #content(): unknown {
    switch (this.phase) {
      case "loading":
        return loadingNotice();
      case "unreachable":
        return errorNotice(texts.signIn.unreachable, () => void this.#begin());
      case "in":
        return this.person === null ? loadingNotice() : this.#view(this.person);
      default:
        return this.#welcome();
    }
  }

  #welcome(): TemplateResult {
    const said = { ended: texts.signIn.ended, failed: texts.signIn.failed, out: "" }[
      this.phase === "ended" || this.phase === "failed" ? this.phase : "out"
    ];
    return html`<section class="welcome">
      <h1 tabindex="-1">${texts.signIn.title}</h1>
      <p class="large">${texts.signIn.lead}</p>
      ${said === "" ? nothing : html`<div class="notice" role="alert"><p>${said}</p></div>`}
      <button type="button" class="primary" @click=${() => void this.#signIn()}>${texts.signIn.button}</button>
    </section>`;
  }

  /** Show a view whose code is loaded when it is first needed. */
  #lazily(name: string, load: () => Promise<unknown>, view: () => unknown): unknown {
    if (this.#loaded.has(name)) return view();
    void load().then(() => {
      this.#loaded.add(name);
      this.requestUpdate();
    });
    return loadingNotice();
  }

  #view(person: Person): unknown {
    if (person.group === null) {
      return html`<h1 tabindex="-1">${texts.navigation.assets}</h1>
        <div class="notice"><p>${texts.signIn.noGroup}</p></div>`;
    }
    const place = placeOf(this.path);
    switch (place.view) {
      case "asset":
        return this.#lazily("asset", () => import("./asset"), () =>
          keyed(place.id, html`<asset-view .api=${this.#api} .person=${person} .assetId=${place.id}></asset-view>`),
        );
      case "upload":
        return this.#lazily("upload", () => import("./upload"), () =>
          html`<upload-view .api=${this.#api} .person=${person} .transfers=${this.#transfers}></upload-view>`,
        );
      case "health":
        return this.#lazily("health", () => import("./health"), () =>
          html`<health-view .api=${this.#api} .person=${person}></health-view>`,
        );
      case "assets":
        return html`<assets-view .api=${this.#api} .person=${person}></assets-view>`;
      default:
        return html`<h1 tabindex="-1">${texts.notFound}</h1><p><a href=${ASSETS_PATH}>${texts.asset.back}</a></p>`;
    }
  }
}

customElements.define("media-page", MediaPage);
