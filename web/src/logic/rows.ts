/** Which rows of a long list are in sight: of 10,000 rows some thirty are in the document. */
export interface Rows {
  readonly first: number;
  readonly end: number;
}

const BEYOND = 8;

/** Return the rows to draw. `above` is how far the list's beginning is above the window's, in pixels. */
export function rowsInSight(above: number, windowHeight: number, rowHeight: number, count: number): Rows {
  const first = Math.floor(above / rowHeight) - BEYOND;
  const end = Math.ceil((above + windowHeight) / rowHeight) + BEYOND;
  const clamp = (row: number) => Math.min(Math.max(row, 0), count);
  return { first: clamp(first), end: clamp(end) };
}
