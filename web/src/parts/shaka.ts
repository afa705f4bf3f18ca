/** The player itself: loaded when something is played, and the only module that knows it. */
import shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import "shaka-player/dist/controls.css";

import type { Variant } from "./ladder";

export interface OpenPlayer {
  load(path: string): Promise<void>;
  variants(): readonly Variant[];
  close(): Promise<void>;
}

const IN_THE_MENU = ["captions", "quality", "language", "playback_rate", "picture_in_picture"];
const ON_THE_BAR = ["play_pause", "time_and_duration", "spacer", "mute", "volume", "captions", "fullscreen", "overflow_menu"];

/** Make a player of a video element, with controls in its box; null where the browser can't play streams. */
export async function openPlayer(
  video: HTMLVideoElement,
  box: HTMLElement,
  failed: (code: number) => void,
): Promise<OpenPlayer | null> {
  shaka.polyfill.installAll();
  if (!shaka.Player.isBrowserSupported()) return null;
  const player = new shaka.Player();
  await player.attach(video);
  // The page draws captions itself: the browser would have them from a data: URL.
  player.setVideoContainer(box);
  player.configure("textDisplayFactory", (of: shaka.Player) => new shaka.text.UITextDisplayer(of));
  const overlay = new shaka.ui.Overlay(player, box, video);
  overlay.configure({
    controlPanelElements: ON_THE_BAR,
    overflowMenuButtons: IN_THE_MENU,
    // Google's cast framework would be loaded from elsewhere.
    castReceiverAppId: "",
  });
  player.addEventListener("error", (event: Event) => {
    const detail: unknown = Reflect.get(event, "detail");
    const code: unknown = typeof detail === "object" && detail !== null ? Reflect.get(detail, "code") : null;
    failed(typeof code === "number" ? code : 0);
  });
  return {
    async load(path) {
      try {
        await player.load(new URL(path, location.href).href);
      } catch (error) {
        failed(error instanceof shaka.util.Error ? error.code : 0);
        throw error;
      }
    },
    variants: () => player.getVariantTracks().map(({ width, height, bandwidth }) => ({ width, height, bandwidth })),
    close: () => overlay.destroy(),
  };
}
