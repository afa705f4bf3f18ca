import { gzipSync } from "node:zlib";

import type { Plugin } from "vite";

/** What a build wrote, as far as it counts: its content, and the files that are loaded with it. */
export interface Built {
  readonly content: string | Uint8Array;
  readonly loads: readonly string[];
}

/** Return the names of all that is loaded at once with a file, itself among them. */
export function loadedWith(name: string, files: ReadonlyMap<string, Built>): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(files.get(next)?.loads ?? []));
  }
  return found;
}

/** Return the compressed size of files in bytes, as browsers get them. */
export function compressedBytes(names: Iterable<string>, files: ReadonlyMap<string, Built>): number {
  let total = 0;
  for (const name of names) {
    const file = files.get(name);
    if (file) total += gzipSync(file.content, { level: 9 }).length;
  }
  return total;
}

/** Fail the build where the page needs more than `limit` bytes before its first view. */
export function budget(limit: number): Plugin {
  return {
    name: "first-load-budget",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = new Map<string, Built>();
      const page: string[] = [];
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") {
          const styles = [...(file.viteMetadata?.importedCss ?? [])];
          files.set(name, { content: file.code, loads: [...file.imports, ...styles] });
          if (file.isEntry) page.push(name);
        } else {
          files.set(name, { content: file.source, loads: [] });
          if (name.endsWith(".html")) page.push(name);
        }
      }
      files.set("index", { content: "", loads: page });
      const bytes = compressedBytes(loadedWith("index", files), files);
      if (page.length < 2) this.error("The build has no page with an entry: the budget can't be checked.");
      if (bytes > limit) this.error(`The first load is ${bytes} bytes compressed; at most ${limit} are allowed.`);
      this.info(`first load: ${bytes} bytes compressed, of ${limit} allowed`);
    },
  };
}
