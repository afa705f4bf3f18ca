/** Who is signed in: the authorization code flow with PKCE on the user pool's own pages. */
import { UserManager, WebStorageStateStore, type User, type UserManagerSettings } from "oidc-client-ts";

import type { Credentials } from "../api/client";
import type { Config } from "../api/types";

/** What a group may, each also what those before it may. */
export const GROUPS = ["viewer", "uploader", "operator"] as const;
export type Group = (typeof GROUPS)[number];

export interface Person {
  readonly name: string;
  readonly group: Group | null;
}

/** Whether somebody of a group may do what a group is needed for. */
export function may(person: Person, needed: Group): boolean {
  return person.group !== null && GROUPS.indexOf(person.group) >= GROUPS.indexOf(needed);
}

/** Return the person of an ID token's claims; groups decide what is shown, and the API what is allowed. */
export function personOf(claims: Readonly<Record<string, unknown>>): Person {
  const listed: unknown = claims["cognito:groups"];
  const names = Array.isArray(listed) ? listed : [];
  const email: unknown = claims["email"];
  return {
    name: typeof email === "string" ? email : String(claims["sub"] ?? ""),
    group: GROUPS.findLast((group) => names.includes(group)) ?? null,
  };
}

/** Return where the user pool has what, below its address. */
export function settingsOf(config: Config, origin: string): UserManagerSettings {
  const at = config.sign_in_url;
  return {
    authority: at,
    client_id: config.client_id,
    redirect_uri: `${origin}/`,
    scope: config.scopes.join(" "),
    response_type: "code",
    // Its discovery document is at another address, which the page would have to be let call too.
    metadata: {
      issuer: at,
      authorization_endpoint: `${at}/oauth2/authorize`,
      token_endpoint: `${at}/oauth2/token`,
      revocation_endpoint: `${at}/oauth2/revoke`,
    },
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: true,
    monitorSession: false,
  };
}

function pathOf(state: unknown): string {
  const path: unknown = typeof state === "object" && state !== null ? Reflect.get(state, "path") : null;
  // A path of this page, and of no other.
  return typeof path === "string" && /^\/(?!\/)/.test(path) ? path : "/";
}

export class Session implements Credentials {
  readonly #config: Config;
  readonly #manager: UserManager;
  #renewal: Promise<User | null> | null = null;

  constructor(config: Config) {
    this.#config = config;
    this.#manager = new UserManager(settingsOf(config, location.origin));
  }

  /** Take what the user pool's pages answered, where this is the way back from them; return where to go on. */
  async comeBack(): Promise<string | null> {
    const query = new URLSearchParams(location.search);
    if (!query.has("state") || !(query.has("code") || query.has("error"))) return null;
    const user = await this.#manager.signinRedirectCallback();
    return pathOf(user.state);
  }

  async person(): Promise<Person | null> {
    const user = (await this.#manager.getUser()) ?? null;
    if (user === null) return null;
    if (user.expired && (await this.renewed()) === null) return null;
    return personOf(user.profile);
  }

  async token(): Promise<string | null> {
    const user = await this.#manager.getUser();
    if (user === null) return null;
    return user.expired ? this.renewed() : user.access_token;
  }

  /** Get another token without the person, or null where they have to sign in; of many at once, one asks. */
  async renewed(): Promise<string | null> {
    this.#renewal ??= this.#manager.signinSilent().catch(() => null);
    try {
      return (await this.#renewal)?.access_token ?? null;
    } finally {
      this.#renewal = null;
    }
  }

  signIn(path: string): Promise<void> {
    return this.#manager.signinRedirect({ state: { path } });
  }

  /** End the session here and at the user pool, and make its tokens worthless. */
  async signOut(): Promise<void> {
    await this.#manager.revokeTokens(["refresh_token"]).catch(() => undefined);
    await this.#manager.removeUser();
    const query = new URLSearchParams({
      client_id: this.#config.client_id,
      logout_uri: `${location.origin}/`,
    });
    location.assign(`${this.#config.sign_in_url}/logout?${query}`);
  }
}
