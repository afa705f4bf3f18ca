import { html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";

import type { Api } from "../api/client";
import { sentenceOf } from "../api/problem";
import type { Chart, Monitoring, Queue, QueueCounts, Spending } from "../api/types";
import { total } from "../logic/charts";
import { dollars, timeOfDay } from "../logic/format";
import { Poller } from "../logic/poller";
import { alarmCard, alarmRow } from "../parts/alarm";
import { chartOf } from "../parts/chart";
import { ConfirmDialog } from "../parts/confirm-dialog";
import { PageElement } from "../parts/element";
import { errorNotice, loadingNotice } from "../parts/notice";
import { may, type Person } from "../session/session";
import { texts } from "../texts";
import "./health.css";

const FAILURES = "failures-by-code";
const names = texts.health;

/** How the pipeline is: alarms with what to do about them, numbers of now, and the last day. */
export class HealthView extends PageElement {
  static override properties = {
    api: { attribute: false },
    person: { attribute: false },
    known: { state: true },
    error: { state: true },
    said: { state: true },
  };

  declare api: Api;
  declare person: Person;
  declare known: Monitoring | null;
  declare error: string;
  declare said: string;
  #poller: Poller | null = null;
  readonly #dialog = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.known = null;
    this.error = "";
    this.said = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!may(this.person, "operator")) return;
    this.#poller = new Poller(() => this.#refresh());
    this.#poller.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#poller?.stop();
  }

  async #refresh(): Promise<boolean> {
    try {
      const known = await this.api.monitoring();
      this.known = known;
      this.error = "";
      return (known.jobs?.in_flight ?? 0) > 0 || (known.queues ?? []).some((queue) => queue.waiting + queue.in_flight > 0);
    } catch (error) {
      this.error = sentenceOf(error);
      throw error;
    }
  }

  readonly #redrive = (queue: Queue): void => {
    const { title, text, confirm, done } = names.redrive;
    void this.#dialog.value?.ask({
      title: title(names.queues.names[queue]),
      text,
      confirm,
      option: null,
      isDangerous: false,
      act: async () => {
        const { moved, left, is_all: isAll } = await this.api.redrive(queue);
        await this.#tell(done(moved, left, isAll));
      },
    });
  };

  #replay(code: string, helps: boolean): void {
    const { ask, text, confirm, force, done } = names.replay;
    void this.#dialog.value?.ask({
      title: ask(code),
      text,
      confirm,
      option: helps ? null : { label: force, isNeeded: true },
      isDangerous: false,
      act: async (isForced) => {
        const { begun, left_alone: leftAlone, is_all: isAll } = await this.api.replayFailed(code, isForced);
        await this.#tell(done(begun, leftAlone, isAll));
      },
    });
  }

  async #tell(sentence: string): Promise<void> {
    this.said = sentence;
    await this.#poller?.now();
  }

  override render() {
    if (!may(this.person, "operator")) {
      return html`<h1 tabindex="-1">${names.title}</h1><div class="notice"><p>${names.notAllowed}</p></div>`;
    }
    const known = this.known;
    const retry = () => void this.#poller?.now();
    return html`<div class="head">
        <h1 tabindex="-1">${names.title}</h1>
        ${known === null ? nothing : html`<span class="hint">${names.asOf(timeOfDay(Date.parse(known.at), true))}</span>`}
      </div>
      ${this.error === "" ? nothing : errorNotice(known === null ? this.error : names.stale(this.error), retry)}
      <p role="status" class="said">${this.said}</p>
      ${known === null ? (this.error === "" ? loadingNotice() : nothing) : this.#content(known)}
      <confirm-dialog ${ref(this.#dialog)}></confirm-dialog>`;
  }

  #content(known: Monitoring): TemplateResult {
    return html`${known.unavailable.length === 0
        ? nothing
        : html`<div class="notice"><p>${names.unavailable(known.unavailable.map((part) => names.parts[part]))}</p></div>`}
      ${this.#alarms(known)}
      <h2>${names.now}</h2>
      <div class="columns">${this.#queues(known.queues ?? [])} ${numbers(known)}</div>
      ${this.#charts(known.charts ?? [])}`;
  }

  #alarms({ alarms, at }: Monitoring): TemplateResult | typeof nothing {
    if (alarms === undefined) return nothing;
    const on = alarms.filter((alarm) => alarm.state === "ALARM");
    const off = alarms.filter((alarm) => alarm.state !== "ALARM");
    const repairs = { redrive: this.#redrive, replayAt: `#${FAILURES}` };
    return html`<h2>${on.length === 0 ? names.alarms.none : names.alarms.on(on.length)}</h2>
      ${on.map((alarm) => alarmCard(alarm, repairs, Date.parse(at)))}
      ${off.length === 0
        ? nothing
        : html`<details class="card">
            <summary>${names.alarms.others(off.length)}</summary>
            <ul class="alarms" role="list">
              ${off.map(alarmRow)}
            </ul>
          </details>`}`;
  }

  #queues(queues: readonly QueueCounts[]): TemplateResult {
    const { title, name, waiting, inFlight, deadLetters, repair } = names.queues;
    const hasDead = queues.some((queue) => queue.dead_letters > 0);
    return html`<section class="card" aria-labelledby="queues-title">
      <h3 id="queues-title">${title}</h3>
      <table class="stacking">
        <thead>
          <tr>
            ${[name, waiting, inFlight, deadLetters].map((head) => html`<th scope="col">${head}</th>`)}
            ${hasDead ? html`<th scope="col">${repair}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${queues.map((queue) => {
            const label = names.queues.names[queue.name];
            return html`<tr>
              <th scope="row">${label}</th>
              <td data-name=${waiting}>${queue.waiting.toLocaleString("en")}</td>
              <td data-name=${inFlight}>${queue.in_flight.toLocaleString("en")}</td>
              <td data-name=${deadLetters} class=${queue.dead_letters > 0 ? "bad" : ""}>
                ${queue.dead_letters.toLocaleString("en")}
              </td>
              ${hasDead
                ? html`<td>
                    ${queue.dead_letters === 0
                      ? nothing
                      : html`<button
                          type="button"
                          aria-label=${names.redrive.row(label)}
                          @click=${() => this.#redrive(queue.name)}
                        >
                          ${names.redrive.confirm}
                        </button>`}
                  </td>`
                : nothing}
            </tr>`;
          })}
        </tbody>
      </table>
    </section>`;
  }

  #charts(charts: readonly Chart[]): TemplateResult | typeof nothing {
    if (charts.length === 0) return nothing;
    const failures = charts.find((chart) => chart.name === "failures");
    return html`<h2>${names.charts.title}</h2>
      <div class="charts">
        ${charts.filter((chart) => chart !== failures).map((chart) => chartOf(chart, names.queues.names))}
      </div>
      ${failures === undefined ? nothing : this.#failures(failures)}`;
  }

  #failures(chart: Chart): TemplateResult {
    const codes = chart.series
      .map((series) => ({
        code: series.label,
        helps: series.replay_helps !== false,
        count: total(series.points.map((point) => point.value)),
      }))
      .filter(({ count }) => count > 0)
      .sort((one, other) => other.count - one.count);
    return html`<h2 id=${FAILURES} tabindex="-1">${names.replay.title}</h2>
      ${codes.length === 0
        ? html`<div class="card"><p>${names.replay.none}</p></div>`
        : html`<div class="charts">
            ${chartOf(chart, {})}
            <section class="card" aria-label=${names.replay.title}>
              <table class="stacking">
                <thead>
                  <tr>
                    <th scope="col">${names.replay.code}</th>
                    <th scope="col">${names.replay.count}</th>
                    <th scope="col">${names.queues.repair}</th>
                  </tr>
                </thead>
                <tbody>
                  ${codes.map(
                    ({ code, helps, count }) => html`<tr>
                      <th scope="row"><code>${code}</code></th>
                      <td data-name=${names.replay.count}>${count.toLocaleString("en")}</td>
                      <td>
                        <button
                          type="button"
                          aria-label=${names.replay.button(code)}
                          @click=${() => this.#replay(code, helps)}
                        >
                          ${texts.actions.replay.button}
                        </button>
                      </td>
                    </tr>`,
                  )}
                </tbody>
              </table>
            </section>
          </div>`}`;
  }
}

function numbers({ jobs, spending, unavailable }: Monitoring): TemplateResult {
  return html`<div class="numbers">
    ${jobs === undefined
      ? nothing
      : number(names.jobs, names.jobsOf(jobs.in_flight, jobs.limit), jobs.in_flight / Math.max(1, jobs.limit))}
    ${spending === undefined
      ? unavailable.includes("spending")
        ? nothing
        : html`<section class="card" aria-labelledby="spending-title">
            <h3 id="spending-title">${names.spending.day}</h3>
            <p class="hint">${names.spending.none}</p>
          </section>`
      : spending.map(spent)}
  </div>`;
}

function spent({ period, spent_usd: usd, cap_usd: cap }: Spending): TemplateResult {
  return number(
    names.spending[period],
    cap === undefined ? dollars(usd) : names.spending.of(dollars(usd), dollars(cap)),
    cap === undefined ? null : Number(usd) / Math.max(Number(cap), 0.01),
  );
}

/** Show a number, and its share of what it may be. */
function number(title: string, value: string, share: number | null): TemplateResult {
  return html`<section class="card" aria-label=${title}>
    <h3>${title}</h3>
    <p class="large">${value}</p>
    ${share === null
      ? nothing
      : html`<meter aria-label=${title} aria-valuetext=${value} min="0" max="1" high="0.8" .value=${share}></meter>`}
  </section>`;
}

customElements.define("health-view", HealthView);
