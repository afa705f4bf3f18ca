/** How fast an upload goes, over the last seconds. */
const WINDOW_MS = 8_000;

export class Speed {
  readonly #samples: { at: number; bytes: number }[] = [];

  add(at: number, bytes: number): void {
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
  }

  /** Forget what was: a pause would count as slowness. */
  clear(): void {
    this.#samples.length = 0;
  }

  /** Return bytes per second, or 0 where too little is known. */
  get bytesPerSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < 1_000) return 0;
    return Math.max(0, ((last.bytes - first.bytes) * 1_000) / (last.at - first.at));
  }
}
