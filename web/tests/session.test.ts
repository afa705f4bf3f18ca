import { expect, test } from "vitest";

import { may, personOf, settingsOf } from "../src/session/session";

test("A person has the highest of their groups, and may do what lower ones may.", () => {
  const person = personOf({ email: "ann@example.com", "cognito:groups": ["viewer", "operator", "staff"] });
  expect(person).toEqual({ name: "ann@example.com", group: "operator" });
  expect(may(person, "uploader")).toBe(true);
  expect(may({ ...person, group: "viewer" }, "uploader")).toBe(false);
});

test("Somebody without a group may do nothing.", () => {
  const person = personOf({ sub: "id-1" });
  expect(person).toEqual({ name: "id-1", group: null });
  expect(may(person, "viewer")).toBe(false);
});

test("People sign in by the code flow on the user pool's pages, and come back to this origin.", () => {
  const config = { pipeline: "p", sign_in_url: "https://pool.example", client_id: "page", scopes: ["openid", "email"] };
  const settings = settingsOf(config, "https://media.example");
  expect(settings).toMatchObject({
    client_id: "page",
    redirect_uri: "https://media.example/",
    response_type: "code",
    scope: "openid email",
  });
  expect(settings.metadata?.authorization_endpoint).toBe("https://pool.example/oauth2/authorize");
  // PKCE is on unless it is disabled; a page has no secret.
  expect(settings.disablePKCE).toBeUndefined();
  expect(settings.client_secret).toBeUndefined();
});
