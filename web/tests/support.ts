/** Answers of the API for tests, and a small stand-in for its client. */
import { render, type TemplateResult } from "lit";

import type { Asset, AssetSummary, Status } from "../src/api/types";

export const ID = "d75fd9a8a596c469cb1edd14a7f9a928";

export function idOf(number: number): string {
  return number.toString(16).padStart(32, "0");
}

export function summary(number: number, change: Partial<AssetSummary> = {}): AssetSummary {
  const at = new Date(Date.UTC(2026, 0, 2) - number * 60_000).toISOString();
  return {
    id: idOf(number),
    key: `web/film-${number}.mp4`,
    size_bytes: 1_500_000,
    status: "COMPLETE",
    attempt: 1,
    created_at: at,
    updated_at: at,
    ...change,
  };
}

export function asset(status: Status, change: Partial<Asset> = {}): Asset {
  return {
    ...summary(1),
    id: ID,
    status,
    public: false,
    outputs: [],
    captions: [],
    rejected_captions: [],
    attempts: [],
    history: [],
    ...change,
  };
}

/** Show something in an empty document. */
export function show(template: TemplateResult): HTMLElement {
  document.body.replaceChildren();
  const root = document.createElement("div");
  document.body.append(root);
  render(template, root);
  return root;
}

/** Return what a test needs of something; what it does not need is missing, and fails where it is used. */
export function only<Whole>(part: Partial<Whole>): Whole {
  return part as Whole;
}
