/** URLs of posters: each is signed for one row that is looked at, and kept until shortly before it ends. */
import type { Api } from "../api/client";
import { here } from "./router";

type Sign = Pick<Api, "signDownload">["signDownload"];

interface Wanted {
  readonly id: string;
  readonly path: string;
  readonly signal: AbortSignal;
  resolve(url: string): void;
  reject(error: unknown): void;
}

// A row that is scrolled past has no time to ask; the rest share the API's limits with other people.
const AT_ONCE = 4;
const MOST_KEPT = 500;
const EARLIER_MS = 60_000;
const PUBLIC = "/media/public/";

export class Posters {
  readonly #sign: Sign;
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly url: string; readonly ends: number }>();
  readonly #waiting: Wanted[] = [];
  #running = 0;

  constructor(sign: Sign, now: () => number = Date.now) {
    this.#sign = sign;
    this.#now = now;
  }

  /** Return where a poster is; rejects with the signal's reason where it ends before the URL is asked for. */
  url(id: string, path: string, signal: AbortSignal): Promise<string> {
    if (path.startsWith(PUBLIC)) return Promise.resolve(path);
    const kept = this.#kept.get(path);
    if (kept && kept.ends - EARLIER_MS > this.#now()) return Promise.resolve(kept.url);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, path, signal, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const wanted = this.#waiting.shift();
      if (wanted === undefined) return;
      if (wanted.signal.aborted) wanted.reject(wanted.signal.reason);
      else void this.#ask(wanted);
    }
  }

  async #ask(wanted: Wanted): Promise<void> {
    this.#running++;
    try {
      const signed = await this.#sign(wanted.id, wanted.path);
      const url = here(signed.url);
      this.#keep(wanted.path, url, signed.expires_at === undefined ? Infinity : Date.parse(signed.expires_at));
      wanted.resolve(url);
    } catch (error) {
      wanted.reject(error);
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #keep(path: string, url: string, ends: number): void {
    this.#kept.delete(path);
    this.#kept.set(path, { url, ends });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const ofApi = new WeakMap<Api, Posters>();

/** Return the posters that are asked of an API: they outlive the view that shows them. */
export function postersOf(api: Api): Posters {
  const found = ofApi.get(api) ?? new Posters((id, path) => api.signDownload(id, path));
  ofApi.set(api, found);
  return found;
}
