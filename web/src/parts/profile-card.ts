import { html, nothing, type TemplateResult } from "lit";

import type { Profile } from "../api/types";
import { bitRate, usd } from "../logic/format";
import { texts } from "../texts";

interface Bar {
  readonly label: string;
  readonly share: number;
}

/** Return what a profile makes as bars, the best first: bit rates against the highest of its kind. */
export function barsOf(profile: Profile): readonly Bar[] {
  const bars =
    profile.pictures.length > 0
      ? profile.pictures.map(({ width, height, bits_per_second: rate }) => ({
          label: texts.asset.rung(Math.min(width, height)),
          rate,
        }))
      : profile.sounds.map((rate) => ({ label: bitRate(rate), rate }));
  const most = Math.max(...bars.map((bar) => bar.rate));
  return bars.map(({ label, rate }) => ({ label, share: rate / most }));
}

/** Show what a profile makes of an upload, and what a minute of it costs, as something to choose. */
export function profileCard(profile: Profile, isChosen: boolean, choose: () => void): TemplateResult {
  const makes = texts.listed(profile.presets.map((preset) => texts.presets[preset] ?? preset));
  const isSound = profile.pictures.length === 0;
  return html`<label class="card">
    <input type="radio" name="profile" .checked=${isChosen} @change=${choose} />
    <span class="profile">
      <strong>${texts.profiles[profile.name] ?? profile.name}</strong>
      <span class="hint">${makes.charAt(0).toUpperCase()}${makes.slice(1)}</span>
      <span class="bars" data-kind=${isSound ? "sound" : "picture"}>
        ${barsOf(profile).map(
          ({ label, share }) => html`<span>${label}</span>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect width=${Math.max(3, 100 * share)} height="4"></rect>
            </svg>`,
        )}
      </span>
      <span>
        ${profile.usd_a_minute === undefined
          ? texts.upload.noPrice
          : texts.upload.price(usd(profile.usd_a_minute), isSound)}
      </span>
      ${profile.public ? html`<span class="hint">${texts.upload.public}</span>` : nothing}
    </span>
  </label>`;
}
