import { texts } from "../texts";

/** An answer of the API that is not what was asked for; `status` is 0 where there was no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(sentence);
    this.name = "Problem";
  }

  /** Whether the same request may succeed later. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  get isSessionEnd(): boolean {
    return this.status === 401;
  }
}

function text(body: unknown, name: string): string {
  if (typeof body !== "object" || body === null) return "";
  const value: unknown = Reflect.get(body, name);
  return typeof value === "string" ? value : "";
}

function general(status: number): string {
  if (status === 0) return texts.problem.offline;
  if (status === 401) return texts.signIn.ended;
  if (status === 403) return texts.problem.notAllowed;
  if (status === 429 || status === 503) return texts.problem.busy;
  return texts.problem.unexpected;
}

/** Return what an answer says: the API's own sentence, or one of ours where API Gateway answered. */
export function problemOf(status: number, body: unknown, retryAfter: string | null): Problem {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new Problem(
    status,
    text(body, "code"),
    text(body, "detail") || general(status),
    Number.isFinite(seconds) ? seconds : null,
  );
}

/** Return the sentence to show for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Problem ? error.message : texts.problem.unexpected;
}
