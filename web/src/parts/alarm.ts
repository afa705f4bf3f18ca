import { html, nothing, type TemplateResult } from "lit";

import type { Alarm, Queue } from "../api/types";
import { ago, moment } from "../logic/format";
import { texts } from "../texts";

/** Show a text of the runbook, in which commands and names stand between backticks. */
export function withCode(text: string): readonly (string | TemplateResult)[] {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
}

/** What an operator may do about an alarm. */
export interface Repairs {
  readonly redrive: (queue: Queue) => void;
  /** Where failures can be replayed by their code. */
  readonly replayAt: string;
}

/** Show an alarm that is on: what it means, what to do, and the buttons that do it. */
export function alarmCard(alarm: Alarm, repairs: Repairs, now: number): TemplateResult {
  const names = texts.health;
  const id = `alarm-${alarm.name}`;
  return html`<section class="card failure" aria-labelledby=${id}>
    <div class="head">
      <h3 id=${id}>${alarm.name}</h3>
      ${alarmState(alarm)}
    </div>
    <p>${alarm.description}</p>
    <dl>
      ${runbook(alarm)}
      ${alarm.reason === "" ? nothing : html`<div><dt>${names.alarms.reason}</dt><dd>${alarm.reason}</dd></div>`}
      <div>
        <dt>${names.alarms.since}</dt>
        <dd><time datetime=${alarm.since} title=${moment(alarm.since)}>${ago(alarm.since, now)}</time></dd>
      </div>
    </dl>
    ${alarm.redrives.length === 0 && !alarm.replays
      ? nothing
      : html`<div class="buttons">
          ${alarm.redrives.map(
            (queue) =>
              html`<button type="button" @click=${() => repairs.redrive(queue)}>
                ${names.redrive.button(names.queues.names[queue])}
              </button>`,
          )}
          ${alarm.replays ? html`<a class="button" href=${repairs.replayAt}>${names.replay.link}</a>` : nothing}
        </div>`}
  </section>`;
}

/** Show an alarm that is off, folded. */
export function alarmRow(alarm: Alarm): TemplateResult {
  return html`<li>
    <details>
      <summary><span>${alarm.name}</span>${alarmState(alarm)}</summary>
      <p>${alarm.description}</p>
      <dl>${runbook(alarm)}</dl>
    </details>
  </li>`;
}

function alarmState({ state }: Alarm): TemplateResult {
  return html`<span class="status" data-state=${state}>${texts.health.alarms.states[state]}</span>`;
}

function runbook({ runbook }: Alarm): readonly TemplateResult[] {
  const { means, lookAt, then } = texts.health.alarms;
  const rows = [
    [means, runbook.means],
    [lookAt, runbook.look_at],
    [then, runbook.then],
  ] as const;
  return rows.map(([name, text]) => html`<div><dt>${name}</dt><dd>${withCode(text)}</dd></div>`);
}
