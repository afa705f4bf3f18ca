import { html, nothing, type TemplateResult } from "lit";

import type { Asset } from "../api/types";
import { moment } from "../logic/format";
import { texts } from "../texts";
import { statusBadge } from "./status";

/** Return what happened to an asset, a list of steps for each attempt, the newest attempt first. */
export function historyOf(asset: Asset): TemplateResult | typeof nothing {
  const attempts = [...new Set(asset.history.map((step) => step.attempt))].sort((one, other) => other - one);
  if (attempts.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="history-title">
    <h2 id="history-title">${texts.asset.history}</h2>
    ${attempts.map((attempt) => {
      const ended = asset.attempts.find((each) => each.attempt === attempt);
      return html`<section aria-label=${texts.asset.attemptNumber(attempt)}>
        ${attempts.length > 1 ? html`<h3>${texts.asset.attemptNumber(attempt)}</h3>` : nothing}
        <ol class="history" role="list">
          ${asset.history
            .filter((step) => step.attempt === attempt)
            .map(
              (step) => html`<li>
                ${statusBadge(step.status)}
                <span>${step.detail}</span>
                <time datetime=${step.at}>${moment(step.at)}</time>
              </li>`,
            )}
        </ol>
        ${ended?.error && attempt !== asset.attempt ? html`<p class="hint">${ended.error.message}</p>` : nothing}
      </section>`;
    })}
  </section>`;
}
