// Plays one presentation to its end and reports what was seen and heard. `playThrough` is called from Python.
"use strict";

const SAMPLE_EVERY_MS = 100;
const LONGEST_LOADING_MS = 5000;
const NEARLY_S = 0.3;
// What hls.js reports as an error before the first picture, and isn't one. Of MPEG-TS it counts time from
// the first decoding, some frames before the first picture is shown: it waits for them, and steps over. And of
// picture and sound in segments of their own it finds nothing playable as long as it has but one of them.
const OPENING_S = 0.3;
const USUAL_AT_OPENING = ["bufferStalledError", "bufferSeekOverHole", "bufferAppendNoProgress"];

// While another track of sound is fetched, playback may wait for it.
const USUAL_WHILE_SWITCHING = ["bufferStalledError", "bufferNudgeOnStall"];
const SWITCHING_MS = 5000;
let switchedAt = -Infinity;

// dash.js does not end a presentation again that it had wholly loaded when a track was switched; so where one
// will be, it is to load no more than it needs.
const SHORT_BUFFER_S = 1;

// Each opens a presentation on the video element and gives: rungs, forced rung, languages, captions, a function
// that switches to another audio track, and one that is to be called with what to do at the end. Errors go into
// `errors` as sentences.
const openers = {
  "hls.js": (video, wanted, errors) =>
    new Promise((resolve, reject) => {
      const hls = new Hls({ startLevel: wanted.rung === "highest" ? 1e9 : 0, testBandwidth: false });
      hls.on(Hls.Events.ERROR, (_, data) => {
        const usual = [
          ...(video.currentTime < OPENING_S ? USUAL_AT_OPENING : []),
          ...(performance.now() - switchedAt < SWITCHING_MS ? USUAL_WHILE_SWITCHING : []),
        ];
        if (!data.fatal && usual.includes(data.details)) return;
        errors.push(`${data.fatal ? "fatal " : ""}${data.type}: ${data.details} ${data.reason || ""}`.trim());
        if (data.fatal) reject(new Error(errors.at(-1)));
      });
      hls.on(Hls.Events.MANIFEST_PARSED, (_, data) => {
        const rung = wanted.rung === "highest" ? data.levels.length - 1 : 0;
        hls.currentLevel = rung;
        if (hls.subtitleTracks.length > 0) {
          hls.subtitleTrack = 0;
          hls.subtitleDisplay = true;
        }
        resolve({
          rungs: data.levels.length,
          expected: { width: data.levels[rung].width || 0, height: data.levels[rung].height || 0 },
          languages: () => hls.audioTracks.map((track) => track.lang || track.name),
          captions: () => hls.subtitleTracks.map((track) => track.lang || track.name),
          playing: () => (hls.audioTracks.length > 0 ? hls.audioTrack : 0),
          switchSound: (index) => { hls.audioTrack = index; },
          onEnd: (end) => video.addEventListener("ended", end),
          close: () => hls.destroy(),
        });
      });
      hls.loadSource(wanted.url);
      hls.attachMedia(video);
    }),

  "dash.js": (video, wanted, errors) =>
    new Promise((resolve, reject) => {
      const player = dashjs.MediaPlayer().create();
      const forcedKbps = wanted.rung === "highest" ? 1e6 : 1;
      player.updateSettings({
        debug: { logLevel: dashjs.Debug.LOG_LEVEL_NONE },
        streaming: {
          abr: {
            autoSwitchBitrate: { video: false, audio: false },
            initialBitrate: { video: forcedKbps, audio: forcedKbps },
          },
          text: { defaultEnabled: true },
          ...(wanted.switchesSound && {
            buffer: {
              bufferTimeDefault: SHORT_BUFFER_S,
              bufferTimeAtTopQuality: SHORT_BUFFER_S,
              bufferTimeAtTopQualityLongForm: SHORT_BUFFER_S,
            },
          }),
        },
      });
      player.on(dashjs.MediaPlayer.events.ERROR, (event) => {
        errors.push(`${event.error.code}: ${event.error.message}`);
        reject(new Error(errors.at(-1)));
      });
      player.on(dashjs.MediaPlayer.events.PLAYBACK_ERROR, (event) => errors.push(String(event.error)));
      player.on(dashjs.MediaPlayer.events.STREAM_INITIALIZED, () => {
        const kind = player.getRepresentationsByType("video").length > 0 ? "video" : "audio";
        const all = player.getRepresentationsByType(kind).toSorted((a, b) => a.bandwidth - b.bandwidth);
        const chosen = wanted.rung === "highest" ? all.at(-1) : all[0];
        const sounds = player.getTracksFor("audio");
        resolve({
          rungs: all.length,
          expected: { width: chosen.width || 0, height: chosen.height || 0 },
          languages: () => sounds.map((track) => track.lang || String(track.index)),
          captions: () => player.getTracksFor("text").map((track) => track.lang || String(track.index)),
          playing: () => sounds.findIndex((track) => track.id === player.getCurrentTrackFor("audio")?.id),
          switchSound: (index) => player.setCurrentTrack(sounds[index]),
          // dash.js looks every 200 ms whether the last frame is reached. Where it is faster than the browser, it
          // pauses and seeks, and the element never says `ended`: https://github.com/bbc/dash.js/pull/93
          onEnd: (end) => player.on(dashjs.MediaPlayer.events.PLAYBACK_ENDED, end),
          close: () => player.destroy(),
        });
      });
      player.initialize(video, wanted.url, false);
    }),

  video: (video, wanted) =>
    new Promise((resolve, reject) => {
      video.onloadedmetadata = () =>
        resolve({
          rungs: 1,
          expected: { width: video.videoWidth, height: video.videoHeight },
          languages: () => ["one"],
          captions: () => [],
          playing: () => 0,
          switchSound: () => {},
          onEnd: (end) => video.addEventListener("ended", end),
          close: () => {},
        });
      video.addEventListener("error", () => reject(new Error(video.error.message)));
      video.src = wanted.url;
    }),
};

// Average brightness of the middle of each corner's 16th and of the whole picture, 0 to 255.
function brightness(video) {
  const canvas = document.getElementById("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const at = (x, y) => {
    const offset = 4 * (y * canvas.width + x);
    return (data[offset] + data[offset + 1] + data[offset + 2]) / 3;
  };
  let sum = 0;
  for (let y = 0; y < canvas.height; y += 1) for (let x = 0; x < canvas.width; x += 1) sum += at(x, y);
  const near = canvas.width / 16;
  const far = canvas.width - 1 - near;
  return {
    average: sum / (canvas.width * canvas.height),
    corners: {
      topLeft: at(near, near),
      topRight: at(far, near),
      bottomLeft: at(near, far),
      bottomRight: at(far, far),
    },
  };
}

// Wait until nearly all is loaded, or for as long as a player that loads less may take.
async function loaded(video) {
  const latest = performance.now() + LONGEST_LOADING_MS;
  while (performance.now() < latest) {
    const { buffered, duration } = video;
    if (buffered.length > 0 && buffered.end(buffered.length - 1) > duration - NEARLY_S) return;
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
  }
}

function failAfter(milliseconds, message) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(message())), milliseconds));
}

async function playThrough(wanted) {
  const video = document.getElementById("video");
  const errors = [];
  const shown = new Set();
  const pictures = [];
  const cues = new Set();
  const heard = new Set();
  let opened = null;
  let sampling = 0;
  let hasEnded = false;
  const report = () => {
    const quality = video.getVideoPlaybackQuality();
    return {
      errors,
      rungs: opened?.rungs ?? 0,
      expected: opened?.expected ?? null,
      sizes: [...shown],
      languages: opened?.languages() ?? [],
      heard: [...heard],
      captions: opened?.captions() ?? [],
      visibleTracks: [...video.textTracks].filter((track) => track.mode === "showing").length,
      cues: [...cues],
      ended: hasEnded,
      position: video.currentTime,
      duration: video.duration,
      frames: quality.totalVideoFrames,
      dropped: quality.droppedVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      pictures,
    };
  };
  try {
    opened = await Promise.race([
      openers[wanted.player](video, wanted, errors),
      failAfter(wanted.timeoutMs, () => "the player did not open it"),
    ]);
    const look = () => {
      shown.add(`${video.videoWidth}x${video.videoHeight}`);
      pictures.push(brightness(video));
      setTimeout(() => video.requestVideoFrameCallback(look), SAMPLE_EVERY_MS);
    };
    video.requestVideoFrameCallback(look);
    sampling = setInterval(() => {
      if (video.readyState < 2 || video.seeking) return;
      for (const track of video.textTracks)
        for (const cue of track.mode === "showing" ? track.activeCues ?? [] : []) cues.add(cue.text);
      heard.add(opened.playing());
      const languages = opened.languages().length;
      const due = Math.floor((video.currentTime / video.duration) * languages);
      if (due < languages && due !== opened.playing() && !heard.has(due)) {
        switchedAt = performance.now();
        opened.switchSound(due);
      }
    }, SAMPLE_EVERY_MS);
    // A busy machine must not starve the playback: it begins with what the player has loaded.
    if (!wanted.switchesSound) await loaded(video);
    const ended = new Promise((resolve, reject) => {
      opened.onEnd(() => {
        hasEnded = true;
        resolve();
      });
      video.addEventListener("error", () => reject(new Error(video.error?.message ?? "the video failed")));
      video.defaultPlaybackRate = wanted.rate;
      video.playbackRate = wanted.rate;
      video.play().catch(reject);
    });
    const late = () => `it did not end, and stands at ${video.currentTime} s`;
    await Promise.race([ended, failAfter(wanted.timeoutMs, late)]);
  } catch (error) {
    errors.push(error.message);
  }
  clearInterval(sampling);
  const result = report();
  opened?.close();
  return result;
}
