/** Facts about single lines of Nuke's output (nuke-cli.md 2); pure, one line at a time. */

/** What one line, or the end of one, means. Seconds are Nuke's own figures. */
export type NukeOutput =
  /** A complete line that is not blank, as people should read it. */
  | { readonly kind: "line"; readonly text: string }
  /** `2.4`: a file is complete. */
  | { readonly kind: "took"; readonly path: string; readonly seconds: number | null }
  /** `2.4`: fraction of the frame being rendered, 0 to 1; also from a line that has not ended yet. */
  | { readonly kind: "frame-progress"; readonly fraction: number }
  /** `2.4`: the frame is finished; `position` (from 1) of `total` in this execution. */
  | { readonly kind: "frame"; readonly frame: number; readonly position: number; readonly total: number }
  /** `2.4`: the end of the execution, also of one that failed. */
  | { readonly kind: "total"; readonly seconds: number | null }
  /** `2.5`: an error of a node, or one that ends the run. */
  | { readonly kind: "error"; readonly node: string | null; readonly text: string }
  /** `2.5`: something that does not stop the frame; `loud` if the pictures are likely wrong. */
  | { readonly kind: "warning"; readonly node: string | null; readonly text: string; readonly loud: boolean }
  /** `2.6`: part of the license report; fatal only together with the exit code. */
  | { readonly kind: "license-report"; readonly text: string }
  /** `2.5`: the last line of a Python traceback. */
  | { readonly kind: "traceback"; readonly text: string };

const duration =
  /^-?[\d.]+ ?(?:hours?|minutes?|seconds?|[hms])(?:,? (?:and )?-?[\d.]+ ?(?:hours?|minutes?|seconds?|[hms]))*\.?$/u;
const stamped = /\[[ \d]?\d:\d\d\.\d\d\] (ERROR|Warning): /u;
const node = /^(?<node>[\w.]+): (?<text>.*)$/su;

/** Lines without a time stamp that end the run or spoil the frame (nuke-cli.md 2.5). */
const bareErrors: readonly RegExp[] = [
  /^Can't read .+: \S/u,
  /^Missing command-line argument #\d+/u,
  /There are no active Write operators/iu,
  /cannot be executed for multiple (?:frames|views)/u,
  /You must specify a file name to write to/u,
  /This is most likely from a corrupt \.nk file/u,
  /missing close-brace/u,
  /No channels selected \(or available\) for write/u,
  /has no valid channels/u,
  /^Error reading LUT file/u,
  /^Error reading pixel data from image file/u,
  /^Missing input channel/u,
];

/** Nuke continues, but the pictures are likely wrong. */
const loudWarnings: readonly Phrase[] = [
  ["Error loading custom OCIO config"],
  ['Could not find value "', '" for "', '". It will be appended'],
];

/** Third-party plug-ins print this one (nuke-cli.md 2.6); Nuke itself has its license. */
const foreignLicense: readonly Phrase[] = [
  ["Invalid ", "license key."],
  ["Invalid ", "licence key."],
];

const licenseReport: readonly Phrase[] = [
  ["A license for ", " was not found"],
  ["A licence for ", " was not found"],
  ["FOUNDRY LICENSE ERROR REPORT"],
  ["FOUNDRY LICENCE ERROR REPORT"],
  ["Reason for failure: A suitable license does not exist"],
  ["Reason for failure: A suitable licence does not exist"],
  ["ENT_STATUS_RLM_LICENSE_"],
];

/** Parts of a line that follow one another, with anything between them. */
type Phrase = readonly string[];

/** In linear time: a program may print lines of any length, any number of times. */
function says(line: string, phrases: readonly Phrase[]): boolean {
  return phrases.some((parts) => {
    let from = 0;
    return parts.every((part) => {
      const at = line.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

/** `0.13 seconds`, `1 minute, 3 seconds`, `1 hour, 2 minutes, 3 seconds` in seconds; null when it is none of these. */
export function parseDuration(text: string): number | null {
  if (!duration.test(text)) return null;
  let seconds = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(-?[\d.]+) ?([hms])/gu))
    seconds += Number(amount) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
  return Number.isFinite(seconds) ? seconds : null;
}

/**
 * Progress digits at the end of a line, finished or not: `.1.3` alone, or after `Writing <path> `. The first dot must follow
 * a blank, because a path may end in `.1` itself. Null if there are none.
 */
export function progressOf(text: string): number | null {
  const digits = /^(?:Writing .+ )?(?:\.\d)*\.(\d)\s*$/u.exec(text)?.[1];
  return digits === undefined ? null : Number(digits) / 10;
}

/** What a complete line means in addition to being a line; nothing for most. */
export function readLine(line: string): NukeOutput[] {
  // Text of the other stream may appear in the middle of a progress line (nuke-cli.md 2.1).
  const stamp = stamped.exec(line);
  if (stamp && stamp.index > 0)
    return [...readLine(line.slice(0, stamp.index)), ...readLine(line.slice(stamp.index))];
  if (stamp?.index === 0) return readStamped(line.slice(stamp[0].length), stamp[1] === "ERROR");

  const took = readTook(line);
  if (took) return [took];
  const progress = progressOf(line.trimStart());
  if (progress !== null) return [{ kind: "frame-progress", fraction: progress }];
  const frame = /Frame (-?\d+) \((\d+) of (\d+)\)\s*$/u.exec(line);
  if (frame)
    return [{ kind: "frame", frame: Number(frame[1]), position: Number(frame[2]), total: Number(frame[3]) }];
  const total = behind(line, "Total render time: ").trim();
  if (total !== "") return [{ kind: "total", seconds: parseDuration(total) }];
  if (says(line, licenseReport)) return [{ kind: "license-report", text: line.trim() }];
  return readBare(line.trim());
}

function readStamped(rest: string, error: boolean): NukeOutput[] {
  const { node: name = null, text = rest } = node.exec(rest)?.groups ?? {};
  if (says(rest, loudWarnings)) return [{ kind: "warning", node: null, text: rest, loud: true }];
  return [
    error
      ? { kind: "error", node: name, text: text.trim() }
      : { kind: "warning", node: name, text: text.trim(), loud: false },
  ];
}

function readBare(line: string): NukeOutput[] {
  if (says(line, loudWarnings) || says(line, foreignLicense))
    return [{ kind: "warning", node: null, text: line, loud: true }];
  if (!bareErrors.some((pattern) => pattern.test(line))) return [];
  // "Can't read" names a file, not a node.
  const { node: name = null, text = line } = line.startsWith("Can't ") ? {} : (node.exec(line)?.groups ?? {});
  return [{ kind: "error", node: name, text }];
}

function readTook(line: string): NukeOutput | null {
  // The last one: the path itself may contain " took ".
  const took = line.lastIndexOf(" took ");
  if (took < 0) return null;
  const time = line.slice(took + " took ".length).trim();
  const written = behind(line.slice(0, took), WRITING);
  if (written === "" || !duration.test(time)) return null;
  return { kind: "took", path: behindProgress(written), seconds: parseDuration(time) };
}

/** What follows the first of these words in a line; empty where nothing does. */
function behind(line: string, words: string): string {
  const at = line.indexOf(words);
  return at < 0 ? "" : line.slice(at + words.length);
}

const WRITING = "Writing ";

/** `a.1.exr .1.2Writing b.2.exr`: without progress digits whose line did not end before the next file began. */
function behindProgress(written: string): string {
  for (let at = written.lastIndexOf(WRITING); at > 0; at = written.lastIndexOf(WRITING, at - 1)) {
    let digits = at;
    while (/^\.\d$/u.test(written.slice(Math.max(0, digits - 2), digits))) digits -= 2;
    const path = written.slice(at + WRITING.length);
    if (digits < at && written.charAt(digits - 1) === " " && path !== "") return path;
  }
  return written;
}
