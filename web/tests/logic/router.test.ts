import { expect, test } from "vitest";

import { assetPath, placeOf } from "../../src/logic/router";
import { rowsInSight } from "../../src/logic/rows";
import { ID } from "../support";

test("Each path of the page stands for a view.", () => {
  expect(placeOf("/")).toEqual({ view: "assets" });
  expect(placeOf("/upload")).toEqual({ view: "upload" });
  expect(placeOf("/monitoring")).toEqual({ view: "health" });
  expect(placeOf(assetPath(ID))).toEqual({ view: "asset", id: ID });
  expect(placeOf("/asset/../upload")).toEqual({ view: "unknown" });
  expect(placeOf("/elsewhere")).toEqual({ view: "unknown" });
});

test("Of a long list, the rows in sight and a few beyond are drawn.", () => {
  expect(rowsInSight(0, 600, 60, 10_000)).toEqual({ first: 0, end: 18 });
  expect(rowsInSight(60_000, 600, 60, 10_000)).toEqual({ first: 992, end: 1_018 });
  expect(rowsInSight(599_400, 600, 60, 10_000)).toEqual({ first: 9_982, end: 10_000 });
  expect(rowsInSight(-500, 600, 60, 3)).toEqual({ first: 0, end: 3 });
});
