import { html, nothing, type TemplateResult } from "lit";

import { bitRate } from "../logic/format";
import { texts } from "../texts";

/** One quality that the player found: `lines` is the number that it is called by, 0 for sound alone. */
export interface Rung {
  readonly lines: number;
  readonly bitsPerSecond: number;
}

/** What a player tells of a quality, in pixels and bits a second. */
export interface Variant {
  readonly width: number | null;
  readonly height: number | null;
  readonly bandwidth: number;
}

/** Return the number in "720p", as the player's menu has it: upright as lying, and wider than 16:9 as 16:9. */
export function linesOf(width: number, height: number): number {
  return Math.max(Math.min(width, height), Math.round((Math.max(width, height) * 9) / 16));
}

/** Return each quality once, the best first: players list it once for each sound track. */
export function rungsOf(variants: Iterable<Variant>): readonly Rung[] {
  const found = new Map<number, number>();
  for (const { width, height, bandwidth } of variants) {
    const at = width === null || height === null ? 0 : linesOf(width, height);
    found.set(at, Math.max(found.get(at) ?? 0, bandwidth));
  }
  return [...found]
    .map(([lines, bitsPerSecond]) => ({ lines, bitsPerSecond }))
    .sort((one, other) => other.lines - one.lines || other.bitsPerSecond - one.bitsPerSecond);
}

/** Draw the qualities as bars, longest for the highest bit rate; each says the same in words. */
export function ladderChart(rungs: readonly Rung[]): TemplateResult | typeof nothing {
  if (rungs.length === 0) return nothing;
  const most = Math.max(...rungs.map((rung) => rung.bitsPerSecond));
  return html`<section class="card" aria-labelledby="ladder-title">
    <h2 id="ladder-title">${texts.asset.ladder}</h2>
    <p class="hint">${texts.asset.ladderNote}</p>
    <ul class="ladder" role="list">
      ${rungs.map(
        (rung) => html`<li>
          <span>${rung.lines > 0 ? texts.asset.rung(rung.lines) : texts.asset.soundOnly}</span>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="4" rx="1" class="track"></rect>
            <rect width=${Math.max(2, (100 * rung.bitsPerSecond) / most)} height="4" class="bar"></rect>
          </svg>
          <span>${bitRate(rung.bitsPerSecond)}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}
