import { html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { Api } from "../api/client";
import { sentenceOf } from "../api/problem";
import { STATUSES, type AssetSummary, type Status } from "../api/types";
import { AssetList, EVERYTHING, matching, type Wanted } from "../logic/asset-list";
import { ago, bytes, moment, nameOf, usd } from "../logic/format";
import { Poller } from "../logic/poller";
import { assetPath, UPLOAD_PATH } from "../logic/router";
import { rowsInSight } from "../logic/rows";
import { PageElement } from "../parts/element";
import { errorNotice, loadingNotice } from "../parts/notice";
import "../parts/poster";
import { statusBadge } from "../parts/status";
import { may, type Person } from "../session/session";
import { texts } from "../texts";

const DAY = 86_400_000;
const AGES: readonly (readonly [keyof typeof texts.assets.ages, number | null])[] = [
  ["all", null],
  ["day", DAY],
  ["week", 7 * DAY],
  ["month", 30 * DAY],
];
const USUAL_ROW_PIXELS = 64;
const ROWS_BEFORE_END = 30;

/** The list of assets, live: the newest are looked at again and again, older ones come while scrolling. */
export class AssetsView extends PageElement {
  static override properties = {
    api: { attribute: false },
    person: { attribute: false },
    wanted: { state: true },
    error: { state: true },
    version: { state: true },
  };

  declare api: Api;
  declare person: Person;
  declare wanted: Wanted;
  declare error: string;
  declare version: number;
  #list: AssetList | null = null;
  #poller: Poller | null = null;
  #rowPixels = USUAL_ROW_PIXELS;
  #isLoading = false;

  constructor() {
    super();
    this.wanted = EVERYTHING;
    this.error = "";
    this.version = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("scroll", this.#redraw, { passive: true });
    addEventListener("resize", this.#redraw, { passive: true });
    this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("scroll", this.#redraw);
    removeEventListener("resize", this.#redraw);
    this.#poller?.stop();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const row = this.querySelector("[data-row]");
    const height = row?.getBoundingClientRect().height ?? 0;
    if (height > 0 && Math.abs(height - this.#rowPixels) > 0.5) {
      this.#rowPixels = height;
      this.requestUpdate();
    }
    void this.#loadWhatIsNeeded();
  }

  readonly #redraw = (): void => this.requestUpdate();

  #begin(): void {
    this.#poller?.stop();
    const list = new AssetList((options) => this.api.assets(options), this.wanted.status);
    this.#list = list;
    this.#poller = new Poller(async () => {
      try {
        await list.refresh();
        this.error = "";
      } catch (error) {
        this.error = sentenceOf(error);
        throw error;
      } finally {
        this.version++;
      }
      return list.isLive;
    });
    this.#poller.start();
  }

  /** Load older assets where the end is near; a search and an age look through all of them. */
  async #loadWhatIsNeeded(): Promise<void> {
    const list = this.#list;
    if (list === null || !list.hasMore || this.#isLoading || this.error !== "") return;
    const shown = this.#shown(list);
    const { end } = this.#inSight(shown.length);
    const isNear = end + ROWS_BEFORE_END >= shown.length;
    if (!isNear || this.#isBeyondAge(list)) return;
    this.#isLoading = true;
    try {
      await list.more();
    } catch (error) {
      this.error = sentenceOf(error);
    } finally {
      this.#isLoading = false;
      this.version++;
    }
  }

  #isBeyondAge(list: AssetList): boolean {
    const last = list.items.at(-1);
    const { maxAge, status } = this.wanted;
    return status === null && maxAge !== null && last !== undefined && Date.now() - Date.parse(last.created_at) > maxAge;
  }

  #shown(list: AssetList): readonly AssetSummary[] {
    return matching(list.items, this.wanted, Date.now());
  }

  #inSight(count: number) {
    const top = this.querySelector("[data-rows]")?.getBoundingClientRect().top ?? 0;
    return rowsInSight(-top, innerHeight, this.#rowPixels, count);
  }

  #want(change: Partial<Wanted>): void {
    const status = this.wanted.status;
    this.wanted = { ...this.wanted, ...change };
    if (this.wanted.status !== status) this.#begin();
  }

  override render() {
    return html`<div class="head">
        <h1 tabindex="-1">${texts.assets.title}</h1>
        ${may(this.person, "uploader")
          ? html`<a class="button primary" href=${UPLOAD_PATH}>${texts.assets.firstUpload}</a>`
          : nothing}
      </div>
      ${this.#filters()} ${this.#content()}`;
  }

  #filters() {
    const value = (event: Event) =>
      event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement ? event.target.value : "";
    return html`<form class="filters" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <label>
        ${texts.assets.search}
        <input type="search" .value=${this.wanted.text} @input=${(event: Event) => this.#want({ text: value(event) })} />
      </label>
      <label>
        ${texts.assets.status}
        <select
          @change=${(event: Event) =>
            this.#want({ status: STATUSES.find((status) => status === value(event)) ?? null })}
        >
          <option value="" ?selected=${this.wanted.status === null}>${texts.assets.everyStatus}</option>
          ${STATUSES.map(
            (status: Status) =>
              html`<option value=${status} ?selected=${this.wanted.status === status}>${texts.status[status]}</option>`,
          )}
        </select>
      </label>
      <label>
        ${texts.assets.age}
        <select
          @change=${(event: Event) =>
            this.#want({ maxAge: AGES.find(([name]) => name === value(event))?.[1] ?? null })}
        >
          ${AGES.map(
            ([name, age]) =>
              html`<option value=${name} ?selected=${this.wanted.maxAge === age}>${texts.assets.ages[name]}</option>`,
          )}
        </select>
      </label>
    </form>`;
  }

  #content() {
    const list = this.#list;
    const retry = () => void this.#poller?.now();
    if (list === null || !list.isBegun) {
      return this.error === "" ? loadingNotice() : errorNotice(this.error, retry);
    }
    const shown = this.#shown(list);
    const hasMore = list.hasMore && !this.#isBeyondAge(list);
    return html`${this.error === "" ? nothing : errorNotice(texts.assets.stale(this.error), retry)}
      <p class="hint" role="status">${texts.assets.count(shown.length, hasMore)}</p>
      ${shown.length > 0 ? this.#rows(shown) : hasMore ? loadingNotice() : this.#nothingThere(list)}`;
  }

  #nothingThere(list: AssetList) {
    if (list.items.length > 0 || this.wanted.status !== null) {
      return html`<div class="notice">
        <p>${texts.assets.noneMatch}</p>
        <button type="button" @click=${() => this.#want(EVERYTHING)}>${texts.assets.clear}</button>
      </div>`;
    }
    const sentence = may(this.person, "uploader") ? texts.assets.noneUpload : texts.assets.noneAsk;
    return html`<div class="notice"><p>${texts.assets.none} ${sentence}</p></div>`;
  }

  #rows(shown: readonly AssetSummary[]) {
    const { first, end } = this.#inSight(shown.length);
    const gap = (rows: number) => `0 0 1 ${Math.max(rows * this.#rowPixels, 0.01)}`;
    const spacer = (rows: number) =>
      rows > 0
        ? html`<svg class="spacer" aria-hidden="true" width="1" height=${rows * this.#rowPixels} viewBox=${gap(rows)}></svg>`
        : nothing;
    return html`<div data-rows>
      ${spacer(first)}
      <ul class="rows" role="list" aria-label=${texts.assets.list}>
        ${repeat(
          shown.slice(first, end),
          (item) => item.id,
          (item, index) => this.#row(item, first + index + 1, shown.length),
        )}
      </ul>
      ${spacer(shown.length - end)}
    </div>`;
  }

  #row(item: AssetSummary, position: number, count: number) {
    return html`<li data-row aria-posinset=${position} aria-setsize=${count}>
      <a href=${assetPath(item.id)}>
        <asset-poster .api=${this.api} .asset=${item}></asset-poster>
        <span class="name" title=${item.key}>${nameOf(item.key)}</span>
        <span class="state">
          ${statusBadge(item.status)}
          ${item.error_code === undefined ? nothing : html`<span class="code">${item.error_code}</span>`}
          ${progressOf(item)}
        </span>
        <span class="size">${bytes(item.size_bytes)}</span>
        ${priceOf(item)}
        <time datetime=${item.created_at} title=${moment(item.created_at)}>${ago(item.created_at, Date.now())}</time>
      </a>
    </li>`;
  }
}

function progressOf(item: AssetSummary) {
  const percent = item.progress_percent;
  if (percent === undefined) return nothing;
  return html`<progress max="100" .value=${percent} aria-label=${texts.asset.progress}></progress>
    <span class="hint">${texts.assets.done(percent)}</span>`;
}

function priceOf(item: AssetSummary) {
  const price = item.billed_usd ?? item.quote_usd;
  if (price === undefined) return html`<span class="price"></span>`;
  const meaning = item.billed_usd === undefined ? texts.assets.estimate : texts.assets.billed;
  return html`<span class="price" title=${meaning}>${usd(price)}</span>`;
}

customElements.define("assets-view", AssetsView);
