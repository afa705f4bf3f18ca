/** What an operator may do with an asset now, and what is asked before. */
import { isEnded, type Asset } from "../api/types";
import type { Question } from "../parts/confirm-dialog";
import { texts } from "../texts";

export type Operation = "cancel" | "replay" | "remove";

type Asked = readonly [Operation, Omit<Question, "act">];

/** Return the operations that the asset's status allows; the API decides again. */
export function questionsOf(asset: Asset): readonly Asked[] {
  const { cancel, replay, remove } = texts.actions;
  if (!isEnded(asset.status)) {
    return [["cancel", { ...asked(cancel), option: null, isDangerous: true }]];
  }
  const isUseless = asset.error?.replay_helps === false;
  return [
    [
      "replay",
      { ...asked(replay), option: isUseless ? { label: replay.force, isNeeded: true } : null, isDangerous: false },
    ],
    ["remove", { ...asked(remove), option: { label: remove.source, isNeeded: false }, isDangerous: true }],
  ];
}

function asked({ title, text, confirm }: { title: string; text: string; confirm: string }) {
  return { title, text, confirm };
}
