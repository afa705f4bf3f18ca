import { expect, test } from "vitest";

import { captionName, chosenFiles, contentTypeOf, sorted } from "../../src/upload/files";

function file(name: string, folder = "", type = ""): File {
  const made = new File(["x"], name, { type });
  Object.defineProperty(made, "webkitRelativePath", { value: folder === "" ? "" : `${folder}/${name}` });
  return made;
}

function names(files: readonly File[]): string[] {
  return files.map((each) => each.name);
}

test("Captions go with the video that they are named as, the longest name first.", () => {
  const { videos, alone } = sorted(
    chosenFiles(
      ["film.mp4", "film.part2.mp4", "film.en.vtt", "film.part2.de.srt", "FILM.VTT", "other.vtt"].map((name) => file(name)),
    ),
  );
  expect(videos.map((video) => [video.file.name, names(video.captions)])).toEqual([
    ["film.mp4", ["film.en.vtt", "FILM.VTT"]],
    ["film.part2.mp4", ["film.part2.de.srt"]],
  ]);
  expect(names(alone)).toEqual(["other.vtt"]);
});

test("Files of one name in different folders are different, and a system's own files are left out.", () => {
  const { videos, alone } = sorted(
    chosenFiles([file("a.mp4", "one"), file("a.en.vtt", "two"), file(".DS_Store", "one")]),
  );
  expect(videos.map((video) => names(video.captions))).toEqual([[]]);
  expect(names(alone)).toEqual(["a.en.vtt"]);
});

test("A browser's media type is sent where it is one of sound or pictures, and a general one otherwise.", () => {
  expect(contentTypeOf(file("a.mp4", "", "video/mp4"))).toBe("video/mp4");
  expect(contentTypeOf(file("a.mxf", "", "application/x-odd"))).toBe("application/octet-stream");
  expect(contentTypeOf(file("a.vtt", "", "video/mp4"))).toBe("text/vtt");
});

test("Captions of a language are named as the API asks for.", () => {
  expect(captionName("my.film.mov", "de", "Untertitel.SRT")).toBe("my.film.de.srt");
});
