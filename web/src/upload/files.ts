/** What was chosen: which files are captions, and of which video. */
export const CAPTION_ENDS: readonly string[] = [".srt", ".vtt"];
export const MAX_CAPTION_BYTES = 2 * 1024 ** 2;

export function isCaption(name: string): boolean {
  const lower = name.toLowerCase();
  return CAPTION_ENDS.some((end) => lower.endsWith(end));
}

/** A file that was chosen, and the folder that it was in: empty, or a path that ends in a slash. */
export interface Found {
  readonly file: File;
  readonly folder: string;
}

/** Return the files of an input, with their folders where one was chosen. */
export function chosenFiles(files: Iterable<File>): readonly Found[] {
  return [...files].map((file) => {
    const path = file.webkitRelativePath;
    return { file, folder: path.slice(0, path.lastIndexOf("/") + 1) };
  });
}

/** A video with the captions that were chosen with it. */
export interface Chosen {
  readonly file: File;
  readonly captions: readonly File[];
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

/** Whether captions are named as a video is: `film.en.vtt` or `film.vtt` beside `film.mp4`, in one folder. */
export function belongs(caption: Found, video: Found): boolean {
  const stem = stemOf(video.file.name).toLowerCase();
  const name = stemOf(caption.file.name).toLowerCase();
  return caption.folder === video.folder && (name === stem || name.startsWith(`${stem}.`));
}

/** Sort files into videos with their captions, and captions whose video is not among them. */
export function sorted(files: readonly Found[]): { videos: readonly Chosen[]; alone: readonly File[] } {
  // What a system keeps in folders for itself, nobody means to upload.
  const meant = files.filter(({ file }) => !file.name.startsWith("."));
  const videos = meant.filter(({ file }) => !isCaption(file.name));
  const captions = meant.filter(({ file }) => isCaption(file.name));
  // `film.part2.en.vtt` is named as film.part2.mp4 is, rather than as film.mp4.
  const owners = new Map(
    captions.map((caption) => [
      caption,
      videos
        .filter((video) => belongs(caption, video))
        .sort((one, other) => other.file.name.length - one.file.name.length)[0],
    ]),
  );
  return {
    videos: videos.map((video) => ({
      file: video.file,
      captions: captions.filter((caption) => owners.get(caption) === video).map(({ file }) => file),
    })),
    alone: captions.filter((caption) => owners.get(caption) === undefined).map(({ file }) => file),
  };
}

/** Return the media type to send: browsers have none for many containers, and odd ones for captions. */
export function contentTypeOf(file: File): string {
  if (isCaption(file.name)) return file.name.toLowerCase().endsWith(".vtt") ? "text/vtt" : "application/x-subrip";
  return /^(audio|video)\//.test(file.type) ? file.type : "application/octet-stream";
}

/** Return the name that captions of a language have beside their video. */
export function captionName(videoName: string, language: string, captionFile: string): string {
  const end = CAPTION_ENDS.find((each) => captionFile.toLowerCase().endsWith(each)) ?? ".vtt";
  return `${stemOf(videoName)}.${language}${end}`;
}
