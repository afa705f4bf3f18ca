/** The assets that are loaded, and those of them that are asked for. */
import { isEnded, type AssetPage, type AssetSummary, type Status } from "../api/types";

export interface Wanted {
  readonly status: Status | null;
  /** A part of the key or of the error's code, in any letter case. */
  readonly text: string;
  /** So old at most, in milliseconds. */
  readonly maxAge: number | null;
}

export const EVERYTHING: Wanted = { status: null, text: "", maxAge: null };

type Load = (options: { status?: Status; cursor?: string }) => Promise<AssetPage>;

export class AssetList {
  readonly #load: Load;
  readonly #status: Status | null;
  #items: readonly AssetSummary[] = [];
  #cursor: string | null = null;
  #begun = false;

  /** The API lists all by their creation, and those of one status by their last change. */
  constructor(load: Load, status: Status | null) {
    this.#load = load;
    this.#status = status;
  }

  get items(): readonly AssetSummary[] {
    return this.#items;
  }

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  get isBegun(): boolean {
    return this.#begun;
  }

  get isLive(): boolean {
    return this.#items.some((item) => !isEnded(item.status));
  }

  /** Look at the newest assets anew; what is older than these stays as it was loaded. */
  async refresh(): Promise<void> {
    const page = await this.#page(null);
    const last = page.assets.at(-1);
    const ids = new Set(page.assets.map((item) => item.id));
    const isWhole = page.next_cursor === undefined;
    const older =
      isWhole || last === undefined
        ? []
        : this.#items.filter((item) => !ids.has(item.id) && this.#at(item) < this.#at(last));
    // A page may name a next one though nothing follows: what was found out before still holds.
    const isKnown = this.#begun && ids.size === this.#items.length && this.#items.every((item) => ids.has(item.id));
    if (!this.#begun || isWhole || (older.length === 0 && !isKnown)) this.#cursor = page.next_cursor ?? null;
    this.#items = [...page.assets, ...older];
    this.#begun = true;
  }

  /** Load the next older assets. */
  async more(): Promise<void> {
    if (this.#cursor === null) return;
    const page = await this.#page(this.#cursor);
    const ids = new Set(this.#items.map((item) => item.id));
    this.#items = [...this.#items, ...page.assets.filter((item) => !ids.has(item.id))];
    this.#cursor = page.next_cursor ?? null;
  }

  #page(cursor: string | null): Promise<AssetPage> {
    return this.#load({
      ...(this.#status === null ? {} : { status: this.#status }),
      ...(cursor === null ? {} : { cursor }),
    });
  }

  #at(item: AssetSummary): string {
    return this.#status === null ? item.created_at : item.updated_at;
  }
}

/** Return the assets that are asked for; the API has chosen those of the status. */
export function matching(items: readonly AssetSummary[], wanted: Wanted, now: number): readonly AssetSummary[] {
  const text = wanted.text.trim().toLowerCase();
  return items.filter(
    (item) =>
      (text === "" || `${item.key}\n${item.error_code ?? ""}`.toLowerCase().includes(text)) &&
      (wanted.maxAge === null || now - Date.parse(item.created_at) <= wanted.maxAge),
  );
}
