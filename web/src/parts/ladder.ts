import { html, nothing, type TemplateResult } from "lit";

import { bitRate } from "../logic/format";
import { texts } from "../texts";

/** One quality that the player found: `height` is 0 for sound alone. */
export interface Rung {
  readonly height: number;
  readonly bitsPerSecond: number;
}

/** Return each quality once, the best first: players list it once for each sound track. */
export function rungsOf(variants: Iterable<{ height: number | null; bandwidth: number }>): readonly Rung[] {
  const found = new Map<number, number>();
  for (const { height, bandwidth } of variants) {
    const at = height ?? 0;
    found.set(at, Math.max(found.get(at) ?? 0, bandwidth));
  }
  return [...found]
    .map(([height, bitsPerSecond]) => ({ height, bitsPerSecond }))
    .sort((one, other) => other.height - one.height || other.bitsPerSecond - one.bitsPerSecond);
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
          <span>${rung.height > 0 ? texts.asset.rung(rung.height) : texts.asset.soundOnly}</span>
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
