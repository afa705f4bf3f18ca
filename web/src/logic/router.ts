/** The page's own paths. `/assets/` is not among them: the page's files lie there. */
export type Place =
  | { readonly view: "assets" }
  | { readonly view: "asset"; readonly id: string }
  | { readonly view: "upload" }
  | { readonly view: "health" }
  | { readonly view: "unknown" };

export const ASSETS_PATH = "/";
export const UPLOAD_PATH = "/upload";
export const HEALTH_PATH = "/monitoring";

/** Where an asset leads to that was uploaded just now: S3's event may not have arrived yet. */
export const UPLOADED = "#uploaded";

export function assetPath(id: string): string {
  return `/asset/${id}`;
}

export function placeOf(path: string): Place {
  const id = /^\/asset\/([0-9a-f]{32})\/?$/.exec(path)?.[1];
  if (id !== undefined) return { view: "asset", id };
  if (/^\/upload\/?$/.test(path)) return { view: "upload" };
  if (/^\/monitoring\/?$/.test(path)) return { view: "health" };
  return path === ASSETS_PATH ? { view: "assets" } : { view: "unknown" };
}

/** Return a URL of the distribution as one of this page's: it is on it, perhaps by another name. */
export function here(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return `${pathname}${search}`;
}

/** Go to another path of the page, without loading it anew. */
export function go(path: string): void {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Follow links to the page's own paths here; all others, and those in new tabs, are the browser's. */
export function followLinks(target: EventTarget): void {
  target.addEventListener("click", (event) => {
    if (!(event instanceof MouseEvent) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((each) => each instanceof HTMLAnchorElement);
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(`${link.pathname}${link.hash}`);
  });
}
