import { Problem, problemOf } from "../api/problem";

/** Send one part to its URL, saying how many bytes have gone; `signal` breaks it off. */
export type SendPart = (
  url: string,
  body: Blob,
  progress: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Send it by XMLHttpRequest: fetch does not tell how far an upload is. */
export const sendPart: SendPart = (url, body, progress, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (error: unknown) => {
      signal.removeEventListener("abort", stop);
      if (error === null) resolve();
      else reject(error);
    };
    request.open("PUT", url);
    // S3 would have to expect the type of the file; a part has none.
    const untyped = body.slice(0, body.size, "");
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () =>
      end(request.status >= 200 && request.status < 300 ? null : partProblem(request.status)),
    );
    request.addEventListener("error", () => end(problemOf(0, null, null)));
    request.addEventListener("abort", () => end(new DOMException("The upload was stopped.", "AbortError")));
    signal.addEventListener("abort", stop);
    request.send(untyped);
  });

/** A URL that S3 refuses has expired: the part is signed anew, and the same request may pass. */
function partProblem(status: number): Problem {
  return status === 403 ? new Problem(503, "URL_EXPIRED", problemOf(503, null, null).message) : problemOf(status, null, null);
}
