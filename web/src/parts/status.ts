import { html, type TemplateResult } from "lit";

import type { Status } from "../api/types";
import { texts } from "../texts";

/** Show a status as a word; its colour and mark only repeat it. */
export function statusBadge(status: Status): TemplateResult {
  return html`<span class="status" data-status=${status}>${texts.status[status]}</span>`;
}
