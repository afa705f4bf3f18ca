/** All uploads of this page: they go on while other views are shown. */
import type { Chosen } from "./files";
import type { Keeper } from "./kept";
import type { Line } from "./sending";
import { Transfer } from "./transfer";

const FILES_AT_ONCE = 2;

export class Transfers extends EventTarget {
  #transfers: readonly Transfer[] = [];
  readonly #running = new Set<Transfer>();
  readonly #line: Line;
  readonly #keeper: Keeper;

  constructor(line: Line, keeper: Keeper) {
    super();
    this.#line = line;
    this.#keeper = keeper;
  }

  get all(): readonly Transfer[] {
    return this.#transfers;
  }

  get underWay(): readonly Transfer[] {
    return this.#transfers.filter((transfer) => transfer.isUnderWay);
  }

  /** Return the share of what is under way that was sent, in percent. */
  get percent(): number {
    const [sent, size] = this.underWay.reduce(
      ([sentBytes, bytes], transfer) => [sentBytes + transfer.sent, bytes + transfer.size],
      [0, 0],
    );
    return size === 0 ? 0 : Math.floor((100 * sent) / size);
  }

  /** Take up what an earlier page began. */
  async restore(): Promise<void> {
    const kept = await this.#keeper.all();
    this.#add(kept.map((upload) => new Transfer(upload, this.#changed)));
  }

  /** Send videos; one that an earlier page began goes on where it stopped. */
  add(chosen: readonly Chosen[], profile: string | null): void {
    const fresh = chosen.filter(
      ({ file }) => !this.#transfers.some((transfer) => transfer.state === "lost" && transfer.accept(file)),
    );
    for (const transfer of this.#transfers) {
      // What another file was compared with did not fail.
      if (transfer.state === "lost") transfer.error = "";
    }
    this.#add(fresh.map(({ file, captions }) => new Transfer({ file, captions, profile }, this.#changed)));
  }

  pause(transfer: Transfer): void {
    transfer.pause();
  }

  resume(transfer: Transfer): void {
    transfer.resume();
    this.#start();
  }

  /** Go on with a file that was chosen again. */
  choose(transfer: Transfer, file: File): void {
    if (transfer.accept(file)) this.#start();
  }

  /** Give an upload up, or take one that has ended off the list. */
  async remove(transfer: Transfer): Promise<void> {
    this.#transfers = this.#transfers.filter((each) => each !== transfer);
    this.#changed();
    await transfer.stop(this.#line, this.#keeper);
    this.#start();
  }

  #add(transfers: readonly Transfer[]): void {
    this.#transfers = [...transfers, ...this.#transfers];
    this.#changed();
    this.#start();
  }

  #start(): void {
    for (const transfer of this.#transfers) {
      if (this.#running.size >= FILES_AT_ONCE) return;
      if (transfer.state === "waiting" && !this.#running.has(transfer)) void this.#run(transfer);
    }
  }

  async #run(transfer: Transfer): Promise<void> {
    this.#running.add(transfer);
    try {
      await transfer.run(this.#line, this.#keeper);
    } finally {
      this.#running.delete(transfer);
      this.#start();
    }
  }

  readonly #changed = (): void => {
    this.dispatchEvent(new Event("change"));
  };
}
