import type { NewUpload } from "../api/types";
import { contentTypeOf } from "./files";
import { sendPart, type SendPart } from "./part";
import type { UploadApi } from "./sending";

/** Send a small file, as captions are: one part, with somebody watching. */
export async function sendSmall(
  api: UploadApi,
  file: File,
  as: Pick<NewUpload, "name" | "asset_id" | "upload_id">,
  send: SendPart = sendPart,
): Promise<void> {
  const begun = await api.begin({ ...as, size_bytes: file.size, content_type: contentTypeOf(file) });
  const url = await api.partUrl(begun.upload_id, 1);
  await send(url, file, () => undefined, new AbortController().signal);
  await api.complete(begun.upload_id);
}
