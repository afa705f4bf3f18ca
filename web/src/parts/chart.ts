import { html, nothing, svg, type TemplateResult } from "lit";

import type { Chart } from "../api/types";
import { barsOf, dotsOf, drawingOf, hoursOf, pathOf, peakOf, type Drawing } from "../logic/charts";
import { span, timeOfDay } from "../logic/format";
import { texts } from "../texts";

const WIDTH = 480;
const HEIGHT = 120;

type Kind = "lines" | "side by side" | "stacked";

/** What is counted has bars; what is a level, lines. */
function kindOf(chart: Chart): Kind {
  if (chart.name === "failures") return "stacked";
  return chart.unit === "assets" ? "side by side" : "lines";
}

/** Draw a chart of a day: its series by colour and dash, what is most in words, and all of it as a table. */
export function chartOf(chart: Chart, titles: Readonly<Record<string, string>>): TemplateResult {
  const names = texts.health.charts;
  const kind = kindOf(chart);
  const drawing = drawingOf(chart, names.others, kind === "stacked");
  const title = names.names[chart.name];
  const id = `chart-${chart.name}`;
  const label = (own: string) => titles[own] ?? names.series[own] ?? own;
  return html`<section class="card chart" aria-labelledby=${id}>
    <h3 id=${id}>${title}</h3>
    ${drawing.isEmpty
      ? html`<p class="hint">${names.none}</p>`
      : html`${picture(chart, drawing, kind, label)} ${legend(drawing, label, kind)}
          ${table(chart, drawing, title, label)}`}
  </section>`;
}

function picture(
  chart: Chart,
  drawing: Drawing,
  kind: Kind,
  label: (own: string) => string,
): TemplateResult {
  const names = texts.health.charts;
  const peak = peakOf(drawing);
  const said =
    peak === null ? names.nothing : names.most(label(peak.label), amount(chart, peak.value), timeOfDay(peak.at));
  return html`<div class="plot">
      <span class="axis top">${amount(chart, drawing.top)}</span>
      <svg
        role="img"
        aria-label=${`${names.names[chart.name]}. ${said}`}
        viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        ${[0, 0.5, 1].map(
          (part) => svg`<line class="grid" x1="0" x2=${WIDTH} y1=${HEIGHT * part} y2=${HEIGHT * part}></line>`,
        )}
        ${kind === "lines" ? lines(drawing) : bars(drawing, kind === "stacked")}
      </svg>
      <div class="axis times" aria-hidden="true">
        ${names.axis.map((text) => html`<span>${text}</span>`)}
      </div>
    </div>
    <p class="hint">${said}</p>`;
}

function lines({ lines, top }: Drawing) {
  return lines.map(
    ({ values }, index) =>
      svg`<path class="line" data-series=${index} d=${pathOf(values, top, WIDTH, HEIGHT)}></path>
        <path class="line dot" data-series=${index} d=${dotsOf(values, top, WIDTH, HEIGHT)}></path>`,
  );
}

function bars(drawing: Drawing, isStacked: boolean) {
  return barsOf(drawing, WIDTH, HEIGHT, isStacked).map(
    ({ line, x, y, width, height }) =>
      svg`<rect class="bar" data-series=${line} x=${x} y=${y} width=${width} height=${height}></rect>`,
  );
}

function legend({ lines }: Drawing, label: (own: string) => string, kind: Kind): TemplateResult {
  return html`<ul class="legend" role="list">
    ${lines.map(
      (line, index) => html`<li>
        <svg viewBox="0 0 24 8" aria-hidden="true">
          ${kind === "lines"
            ? svg`<path class="line" data-series=${index} d="M1 4L23 4"></path>`
            : svg`<rect class="bar" data-series=${index} width="24" height="8"></rect>`}
        </svg>
        ${label(line.label)}
      </li>`,
    )}
  </ul>`;
}

function table(
  chart: Chart,
  drawing: Drawing,
  title: string,
  label: (own: string) => string,
): TemplateResult | typeof nothing {
  const rows = hoursOf(drawing, chart.unit === "assets");
  if (rows.length === 0) return nothing;
  const names = texts.health.charts;
  return html`<details>
    <summary>${names.table(title)}</summary>
    <div class="wide" role="region" tabindex="0" aria-label=${names.table(title)}>
      <table>
        <thead>
          <tr>
            <th scope="col">${names.time}</th>
            ${drawing.lines.map((line) => html`<th scope="col">${label(line.label)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr>
              <th scope="row">${timeOfDay(row.at)}</th>
              ${row.values.map((value) => html`<td>${value === null ? "–" : amount(chart, value)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function amount(chart: Chart, value: number): string {
  if (chart.unit === "seconds") return value === 0 ? "0" : span(value);
  return value.toLocaleString("en");
}
