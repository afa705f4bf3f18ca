/** Ask again and again: more often while something is under way, seldom after errors, never in a hidden tab. */
const LIVE_SECONDS = 3;
const IDLE_SECONDS = 15;
const MOST_SECONDS = 60;

export class Poller {
  readonly #task: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #errors = 0;
  #runs = false;
  #stopped = true;

  /** `task` returns whether something is under way; where it throws, the next time comes later. */
  constructor(task: () => Promise<boolean>) {
    this.#task = task;
  }

  start(): void {
    this.#stopped = false;
    document.addEventListener("visibilitychange", this.#onVisibility);
    void this.now();
  }

  stop(): void {
    this.#stopped = true;
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#clear();
  }

  /** Ask at once, and go on from there. */
  async now(): Promise<void> {
    if (this.#stopped || this.#runs) return;
    this.#clear();
    this.#runs = true;
    let seconds: number;
    try {
      seconds = (await this.#task()) ? LIVE_SECONDS : IDLE_SECONDS;
      this.#errors = 0;
    } catch {
      seconds = Math.min(LIVE_SECONDS * 2 ** this.#errors, MOST_SECONDS);
      this.#errors++;
    } finally {
      this.#runs = false;
    }
    if (!this.#stopped && !document.hidden) this.#timer = setTimeout(() => void this.now(), seconds * 1000);
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) this.#clear();
    else void this.now();
  };

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
