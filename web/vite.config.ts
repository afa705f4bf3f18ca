import { defineConfig } from "vitest/config";

import { budget } from "./plugins/budget.ts";
import { withoutWebFonts } from "./plugins/fonts.ts";

// What people load before they see the first view, compressed; the player comes when something is played.
const FIRST_LOAD_BYTES = 60_000;

export default defineConfig({
  build: {
    target: "es2023",
    outDir: "../build/site",
    emptyOutDir: true,
    // A data: URL would need its own permission in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The player is one file, and is loaded alone.
    chunkSizeWarningLimit: 1_100,
  },
  plugins: [withoutWebFonts(), budget(FIRST_LOAD_BYTES)],
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    onConsoleLog: (log) => !log.includes("Lit is in dev mode"),
  },
});
