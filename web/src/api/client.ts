/** The API's routes, each as a function that returns its answer or throws a `Problem`. */
import createClient from "openapi-fetch";

import { pause, type Sleep } from "../logic/pause";
import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";
import type {
  Asset,
  AssetPage,
  BegunUpload,
  CompletedUpload,
  Config,
  Monitoring,
  NewUpload,
  Playback,
  Profile,
  Queue,
  Redriven,
  Replayed,
  SignedDownload,
  Status,
  UploadState,
} from "./types";

/** Who calls: how to get a token, and to get another one where the API refuses it. */
export interface Credentials {
  token(): Promise<string | null>;
  renewed(): Promise<string | null>;
}

interface Result<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_SECONDS = 0.5;

export class Api {
  readonly #client;
  readonly #credentials: Credentials;
  readonly #sleep: Sleep;

  constructor(credentials: Credentials, fetched: typeof fetch = (...call) => fetch(...call), sleep: Sleep = pause) {
    this.#credentials = credentials;
    this.#sleep = sleep;
    this.#client = createClient<paths>({ baseUrl: location.origin, fetch: fetched });
  }

  config(): Promise<Config> {
    return this.#answer(() => this.#client.GET("/api/config"));
  }

  assets(options: { status?: Status; cursor?: string }): Promise<AssetPage> {
    return this.#signed((headers) => this.#client.GET("/api/assets", { headers, params: { query: options } }));
  }

  asset(id: string): Promise<Asset> {
    return this.#signed((headers) =>
      this.#client.GET("/api/assets/{asset_id}", { headers, params: { path: { asset_id: id } } }),
    );
  }

  async profiles(): Promise<readonly Profile[]> {
    return (await this.#signed((headers) => this.#client.GET("/api/profiles", { headers }))).profiles;
  }

  /** Let this browser play an asset: the answer comes with cookies. */
  play(id: string): Promise<Playback> {
    return this.#signed((headers) =>
      this.#client.POST("/api/assets/{asset_id}/playback", { headers, params: { path: { asset_id: id } } }),
    );
  }

  /** Sign a URL for one file of an asset; a public one has no end. */
  signDownload(id: string, path: string): Promise<SignedDownload> {
    return this.#signed((headers) =>
      this.#client.POST("/api/assets/{asset_id}/downloads", {
        headers,
        params: { path: { asset_id: id } },
        body: { path },
      }),
    );
  }

  async downloadUrl(id: string, path: string): Promise<string> {
    return (await this.signDownload(id, path)).url;
  }

  async cancel(id: string): Promise<void> {
    const params = { path: { asset_id: id }, header: once() };
    await this.#signed((headers) => this.#client.POST("/api/assets/{asset_id}/cancel", { headers, params }));
  }

  async replay(id: string, force: boolean): Promise<void> {
    const params = { path: { asset_id: id }, header: once() };
    await this.#signed((headers) =>
      this.#client.POST("/api/assets/{asset_id}/replay", { headers, params, body: { force } }),
    );
  }

  async remove(id: string, source: boolean): Promise<void> {
    await this.#signed((headers) =>
      this.#client.DELETE("/api/assets/{asset_id}", {
        headers,
        params: { path: { asset_id: id }, query: { source: source ? "true" : "false" } },
      }),
    );
  }

  monitoring(): Promise<Monitoring> {
    return this.#signed((headers) => this.#client.GET("/api/monitoring", { headers }));
  }

  /** Move dead letters back to their queue. */
  redrive(queue: Queue): Promise<Redriven> {
    const params = { path: { queue }, header: once() };
    return this.#signed((headers) => this.#client.POST("/api/queues/{queue}/redrive", { headers, params }));
  }

  /** Begin another attempt of what failed with a code within the last day. */
  replayFailed(code: string, force: boolean): Promise<Replayed> {
    const params = { header: once() };
    const body = { code, newer_than_hours: 24, force };
    return this.#signed((headers) => this.#client.POST("/api/replays", { headers, params, body }));
  }

  begin(upload: NewUpload): Promise<BegunUpload> {
    const params = { header: once() };
    return this.#signed((headers) => this.#client.POST("/api/uploads", { headers, params, body: upload }));
  }

  uploadState(id: string): Promise<UploadState> {
    return this.#signed((headers) =>
      this.#client.GET("/api/uploads/{upload_id}", { headers, params: { path: { upload_id: id } } }),
    );
  }

  async partUrl(id: string, part: number): Promise<string> {
    const answer = await this.#signed((headers) =>
      this.#client.POST("/api/uploads/{upload_id}/parts", {
        headers,
        params: { path: { upload_id: id } },
        body: { parts: [part] },
      }),
    );
    const url = answer.parts[0]?.url;
    if (url === undefined) throw problemOf(500, null, null);
    return url;
  }

  complete(id: string): Promise<CompletedUpload> {
    return this.#signed((headers) =>
      this.#client.POST("/api/uploads/{upload_id}/complete", { headers, params: { path: { upload_id: id } } }),
    );
  }

  async abort(id: string): Promise<void> {
    await this.#signed((headers) =>
      this.#client.DELETE("/api/uploads/{upload_id}", { headers, params: { path: { upload_id: id } } }),
    );
  }

  async #signed<Data>(call: (headers: Record<string, string>) => Promise<Result<Data>>): Promise<Data> {
    const token = await this.#credentials.token();
    try {
      return await this.#answer(() => call(bearer(token)));
    } catch (error) {
      if (!(error instanceof Problem) || !error.isSessionEnd) throw error;
      const renewed = await this.#credentials.renewed();
      if (renewed === null) throw error;
      return this.#answer(() => call(bearer(renewed)));
    }
  }

  /** Call until there is an answer that stays: every route may be repeated. */
  async #answer<Data>(call: () => Promise<Result<Data>>): Promise<Data> {
    for (let attempt = 1; ; attempt++) {
      const problem = await this.#tried(call);
      if (!(problem instanceof Problem)) return problem.data;
      if (!problem.mayPass || problem.status === 0 || attempt === ATTEMPTS) throw problem;
      const seconds = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      await this.#sleep(Math.max(seconds, problem.retryAfterSeconds ?? 0));
    }
  }

  async #tried<Data>(call: () => Promise<Result<Data>>): Promise<{ data: Data } | Problem> {
    let result: Result<Data>;
    try {
      result = await call();
    } catch {
      return problemOf(0, null, null);
    }
    if (!result.response.ok) {
      return problemOf(result.response.status, result.error, result.response.headers.get("Retry-After"));
    }
    // An answer without a body (204) has nothing to return.
    return { data: result.data as Data };
  }
}

/** Name a request, so that its repetition does nothing twice. */
function once(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": crypto.randomUUID() };
}

function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
