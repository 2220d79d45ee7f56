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
const loudWarnings: readonly RegExp[] = [
  /Error loading custom OCIO config/u,
  /Could not find value ".*" for ".*"\. It will be appended/u,
];

const licenseReport: readonly RegExp[] = [
  /A licen[sc]e for .+ was not found/u,
  /FOUNDRY LICEN[SC]E ERROR REPORT/u,
  /Reason for failure: A suitable licen[sc]e does not exist/u,
  /ENT_STATUS_RLM_LICENSE_/u,
];

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
  const total = /Total render time: (.+)$/u.exec(line)?.[1];
  if (total !== undefined) return [{ kind: "total", seconds: parseDuration(total.trim()) }];
  if (licenseReport.some((pattern) => pattern.test(line)))
    return [{ kind: "license-report", text: line.trim() }];
  return readBare(line.trim());
}

function readStamped(rest: string, error: boolean): NukeOutput[] {
  const { node: name = null, text = rest } = node.exec(rest)?.groups ?? {};
  if (loudWarnings.some((pattern) => pattern.test(rest)))
    return [{ kind: "warning", node: null, text: rest, loud: true }];
  return [
    error
      ? { kind: "error", node: name, text: text.trim() }
      : { kind: "warning", node: name, text: text.trim(), loud: false },
  ];
}

function readBare(line: string): NukeOutput[] {
  if (loudWarnings.some((pattern) => pattern.test(line)))
    return [{ kind: "warning", node: null, text: line, loud: true }];
  // Third-party plug-ins print this one (nuke-cli.md 2.6); Nuke itself has its license.
  if (/Invalid .*licen[sc]e key\./u.test(line))
    return [{ kind: "warning", node: null, text: line, loud: true }];
  if (!bareErrors.some((pattern) => pattern.test(line))) return [];
  // "Can't read" names a file, not a node.
  const { node: name = null, text = line } = line.startsWith("Can't ") ? {} : (node.exec(line)?.groups ?? {});
  return [{ kind: "error", node: name, text }];
}

function readTook(line: string): NukeOutput | null {
  // Greedy: the path itself may contain " took ".
  const parts = /Writing (.+) took (.+)$/su.exec(line);
  const [, written = "", tail = ""] = parts ?? [];
  const time = tail.trim();
  if (!parts || !duration.test(time)) return null;
  // Progress digits whose line did not end before the next file began.
  const path = /^.* (?:\.\d)+Writing (.+)$/su.exec(written)?.[1] ?? written;
  return { kind: "took", path, seconds: parseDuration(time) };
}
