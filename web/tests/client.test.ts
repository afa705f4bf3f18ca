import { expect, test, vi } from "vitest";

import { Api, type Credentials } from "../src/api/client";
import { Problem } from "../src/api/problem";
import { texts } from "../src/texts";
import { asset, ID } from "./support";

const SIGNED_IN: Credentials = { token: async () => "first", renewed: async () => "second" };

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

function api(answers: readonly (Response | Error)[], credentials = SIGNED_IN) {
  const open = [...answers];
  const requests: Request[] = [];
  const pauses: number[] = [];
  const fetched = vi.fn(async (request: RequestInfo | URL) => {
    if (request instanceof Request) requests.push(request);
    const next = open.shift();
    if (next === undefined) throw new Error("One request too many.");
    if (next instanceof Error) throw next;
    return next;
  });
  const client = new Api(credentials, fetched, async (seconds) => void pauses.push(seconds));
  return { client, requests, pauses };
}

test("Requests carry the token, and answers come as they are.", async () => {
  const { client, requests } = api([answer(200, asset("COMPLETE"))]);
  expect((await client.asset(ID)).status).toBe("COMPLETE");
  expect(requests[0]?.url).toMatch(new RegExp(`/api/assets/${ID}$`));
  expect(requests[0]?.headers.get("Authorization")).toBe("Bearer first");
});

test("A token that is refused is renewed once, without the person.", async () => {
  const { client, requests } = api([answer(401, { message: "Unauthorized" }), answer(200, asset("COMPLETE"))]);
  await client.asset(ID);
  expect(requests.map((request) => request.headers.get("Authorization"))).toEqual(["Bearer first", "Bearer second"]);
});

test("Where the session can't be renewed, the problem says so.", async () => {
  const ended = { ...SIGNED_IN, renewed: async () => null };
  const { client } = api([answer(401, { message: "Unauthorized" })], ended);
  await expect(client.asset(ID)).rejects.toMatchObject({ isSessionEnd: true, message: texts.signIn.ended });
});

test("A busy service is asked again, no sooner than it says.", async () => {
  const busy = answer(503, { code: "BUSY", detail: "Busy." }, { "Retry-After": "7" });
  const { client, pauses } = api([busy, answer(429, { message: "Too Many Requests" }), answer(200, asset("FAILED"))]);
  expect((await client.asset(ID)).status).toBe("FAILED");
  expect(pauses[0]).toBe(7);
  expect(pauses[1]).toBeLessThan(2);
});

test("A service that stays broken is given up, with a sentence for people.", async () => {
  const { client, pauses } = api(Array.from({ length: 4 }, () => answer(500, { message: "Internal Server Error" })));
  await expect(client.asset(ID)).rejects.toMatchObject({ status: 500, message: texts.problem.unexpected });
  expect(pauses).toHaveLength(3);
});

test("What the API refuses is said in its own words, and not asked again.", async () => {
  const refused = answer(409, { code: "ASSET_ENDED", detail: "The asset has ended." });
  const { client, pauses } = api([refused]);
  const problem = await client.cancel(ID).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code: "ASSET_ENDED", message: "The asset has ended." });
  expect(pauses).toEqual([]);
});

test("A repeated request names itself, so that it does nothing twice.", async () => {
  const { client, requests } = api([answer(503, {}), answer(202, { asset_id: ID, detail: "" })]);
  await client.replay(ID, false);
  const keys = requests.map((request) => request.headers.get("Idempotency-Key"));
  expect(keys[0]).toBeTruthy();
  expect(keys[0]).toBe(keys[1]);
});

test("Without a connection there is one sentence, at once.", async () => {
  const { client, pauses } = api([new TypeError("Failed to fetch")]);
  await expect(client.asset(ID)).rejects.toMatchObject({ status: 0, message: texts.problem.offline });
  expect(pauses).toEqual([]);
});
