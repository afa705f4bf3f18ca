import type { Plugin } from "vite";

const FONT_FACE = /@font-face\s*\{[^}]*\}/g;

/** Drop fonts that a library's style sheet loads from elsewhere: no request leaves this origin. */
export function withoutFontFaces(css: string): string {
  return css.replace(FONT_FACE, "");
}

export function withoutWebFonts(): Plugin {
  return {
    name: "without-web-fonts",
    enforce: "pre",
    transform(code, id) {
      return id.includes("/shaka-player/") && id.endsWith(".css")
        ? { code: withoutFontFaces(code), map: null }
        : null;
    },
  };
}
