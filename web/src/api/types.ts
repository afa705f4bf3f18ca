/** The API's answers, by their names in its description. */
import type { components, operations } from "./schema";

export type Asset = components["schemas"]["Asset"];
export type AssetSummary = components["schemas"]["AssetSummary"];
export type AssetError = components["schemas"]["Error"];
export type Output = components["schemas"]["Output"];
export type Status = Asset["status"];

type Answer<Name extends keyof operations, Code extends number> = operations[Name] extends {
  responses: Record<Code, { content: { "application/json": infer Body } }>;
}
  ? Body
  : never;

export type AssetPage = Answer<"listAssets", 200>;
export type Config = Answer<"getConfig", 200>;
export type Playback = Answer<"playAsset", 200>;
export type Profile = components["schemas"]["Profile"];
export type SignedDownload = Answer<"signDownload", 200>;
export type BegunUpload = Answer<"beginUpload", 201>;
export type UploadState = Answer<"getUpload", 200>;
export type CompletedUpload = Answer<"completeUpload", 200>;
export type Monitoring = Answer<"getMonitoring", 200>;
export type Alarm = NonNullable<Monitoring["alarms"]>[number];
export type Chart = NonNullable<Monitoring["charts"]>[number];
export type QueueCounts = NonNullable<Monitoring["queues"]>[number];
export type Spending = NonNullable<Monitoring["spending"]>[number];
export type Queue = QueueCounts["name"];
export type Redriven = Answer<"redriveQueue", 200>;
export type Replayed = Answer<"replayFailed", 202>;
export type NewUpload = NonNullable<operations["beginUpload"]["requestBody"]>["content"]["application/json"];

export const STATUSES: readonly Status[] = [
  "RECEIVED",
  "SUBMITTED",
  "PROCESSING",
  "VERIFYING",
  "COMPLETE",
  "FAILED",
  "CANCELED",
];

const ENDED: ReadonlySet<Status> = new Set<Status>(["COMPLETE", "FAILED", "CANCELED"]);

export function isEnded(status: Status): boolean {
  return ENDED.has(status);
}
