/** Texts about renders, the same on every surface. */
import type { JobStatus } from "../job/events.ts";
import { type BlockReason, type PauseCause, blocksOf, outcomeOf } from "../job/job-state.ts";
import { displayMB } from "./size.ts";
import { displayFrames, parseFrames } from "../frames/frames.ts";

/** Seconds for people: `8 s`, `2:10`, `1:02:10`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** `1 frame`, `3 frames`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const blockWords: Record<BlockReason, string> = {
  dependency: "waiting for another render",
  license: "waiting for a license",
  disk: "disk full",
  folder: "output folder missing",
  script: "script missing",
  memory: "waiting for memory",
  "start-time": "waiting for its start time",
};

/** The number of frames of a job. The demo renderer writes none: its files must not be mistaken for the comp. */
export function framesText(number: number, { demo }: Pick<JobStatus, "demo">): string {
  return count(number, demo ? "test picture" : "frame");
}

/** `45/100 frames`. */
function doneText({ framesDone, frameCount, demo }: JobStatus): string {
  return `${framesDone}/${frameCount} ${demo ? "test pictures" : "frames"}`;
}

/** Where the files of a job are: `frames in /out`. */
export function folderText({ demo }: Pick<JobStatus, "demo">, folder: string): string {
  return demo ? `test pictures of the demo renderer, not your comp, in ${folder}` : `frames in ${folder}`;
}

/** An unfinished job: `45/100 frames · 3 Nukes · ETA 2:10`. */
export function runningText(status: JobStatus): string {
  return marked(status, progressText(status));
}

/** What the demo renderer makes says so, everywhere. */
function marked({ demo }: JobStatus, text: string): string {
  return demo ? `demo · ${text}` : text;
}

function progressText(status: JobStatus): string {
  const { state } = status;
  if (state.kind === "cancelling") return `cancelling · ${doneText(status)}`;
  if (state.kind === "paused") return `${pausedWord(state.by, status)} · ${doneText(status)}`;
  if (status.waitsFor.length > 0)
    return `waits for ${waitsText(status)} · ${framesText(status.frameCount, status)}`;
  const parts = [doneText(status)];
  // With running Nukes, memory only decides how many.
  const blocks = blocksOf(state).filter(({ reason }) => reason !== "memory" || status.running === 0);
  if (status.running > 0) parts.push(count(status.running, "Nuke"));
  else if (blocks.length === 0) parts.push("waiting");
  for (const { reason } of blocks) parts.push(blockWords[reason]);
  if (status.etaSeconds !== null) parts.push(`ETA ${duration(status.etaSeconds)}`);
  return parts.join(" · ");
}

function pausedWord(by: PauseCause, { damaged }: JobStatus): string {
  if (damaged !== null) return "interrupted, damaged";
  if (by === "interruption") return "interrupted";
  return by === "script" ? "paused, the script has changed" : "paused";
}

/** The Writes a job waits for: `Write1, Write2`; a number if there are many. */
function waitsText({ waitsFor }: JobStatus): string {
  const writes = [...new Set(waitsFor.map(({ write }) => write))];
  return writes.length > 3
    ? `${writes.slice(0, 2).join(", ")} and ${writes.length - 2} more`
    : writes.join(", ");
}

/** A finished job: `100 frames · 4:12`, `3 frames missing`, `cancelled · 50/100 frames`. */
export function endingText(status: JobStatus): string {
  return marked(status, resultText(status));
}

function resultText(status: JobStatus): string {
  const missing = framesText(status.frameCount - status.framesDone, status);
  switch (outcomeOf(status.state)) {
    case "complete":
      return `${framesText(status.frameCount, status)} · ${duration(status.seconds)}`;
    case "cancelled":
      return `cancelled · ${status.framesDone}/${framesText(status.frameCount, status)}`;
    case "no-license":
      return `no license · ${missing} missing`;
    default:
      return `${missing} missing`;
  }
}

/** `heaviest frame 1043: 6.2 GB`. */
export function heaviestText({ frame, peakMB }: NonNullable<JobStatus["heaviest"]>): string {
  return `heaviest frame ${frame}: ${displayMB(peakMB)}`;
}

/** Progress of a job, or how it ended. */
export function stateText(status: JobStatus): string {
  return status.state.kind === "done" ? endingText(status) : runningText(status);
}

/** Ranges in Nuke syntax, for people; long lists are shortened. */
export function rangesText(ranges: readonly string[], most = 200): string {
  if (ranges.length === 0) return "none";
  const text = displayFrames(parseFrames(ranges.join(" ")).frames);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/**
 * When something was written, from the first to the last of it, in local time and the same in every language: `today 22:07`, `today 18:30 to 22:07`,
 * `yesterday 18:30 to today 09:12`, `2026-11-03 18:30`.
 * @param now what `today` means, ms since 1970; absent: days have their dates.
 */
export function periodText(first: number, last: number, now?: number): string {
  const [from, to] = [momentOf(first, now), momentOf(last, now)];
  if (from.day !== to.day) return `${from.day} ${from.time} to ${to.day} ${to.time}`;
  return `${from.day} ${from.time}${from.time === to.time ? "" : ` to ${to.time}`}`;
}

function momentOf(at: number, now: number | undefined): { day: string; time: string } {
  const two = (number: number): string => String(number).padStart(2, "0");
  const date = new Date(at);
  const dayOf = (of: Date): string => `${of.getFullYear()}-${two(of.getMonth() + 1)}-${two(of.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (now !== undefined) {
    const today = new Date(now);
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (dayOf(date) === dayOf(today)) return { day: "today", time };
    if (dayOf(date) === dayOf(yesterday)) return { day: "yesterday", time };
  }
  return { day: dayOf(date), time };
}

/** A sign for how a job ended. */
export function outcomeIcon({ state }: Pick<JobStatus, "state">): "✓" | "■" | "✗" {
  const outcome = outcomeOf(state);
  return outcome === "complete" ? "✓" : outcome === "cancelled" ? "■" : "✗";
}
