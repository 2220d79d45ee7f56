import { outcomeOf } from "../plan/job/job-state.ts";
import { duration, folderText, framesText, heaviestText } from "../plan/text/display.ts";
import type { ChunkStatus, JobStatus } from "../plan/job/events.ts";
import { displayMB } from "../plan/text/size.ts";
import { visibleText } from "../plan/text/visible-text.ts";
import type { Terminal } from "./terminal.ts";

/** A table of the chunks: frames, seconds, peak memory, how they ended. */
export function printChunks(status: JobStatus, terminal: Terminal): void {
  // One whose frames others have taken over has nothing to tell.
  const rows = status.chunks
    .filter(({ count }) => count > 0)
    .map((chunk) => [
      String(chunk.index + 1),
      chunk.frames,
      `${chunk.framesDone}/${chunk.count}`,
      chunk.seconds.toFixed(1),
      chunk.peakMB > 0 ? displayMB(chunk.peakMB) : "–",
      ending(chunk),
    ]);
  for (const line of table(
    ["chunk", "frames", "done", "seconds", "peak memory", "ended"],
    rows,
    [0, 2, 3, 4],
  ))
    terminal.out(line);
}

/** One line that says how the job ended, then what is missing and where the frames are. */
export function printEnding(status: JobStatus, terminal: Terminal): void {
  const time = duration(status.seconds);
  const outcome = outcomeOf(status.state);
  const peak = status.peakMB > 0 ? `, peak memory ${displayMB(status.peakMB)}` : "";
  const missing = status.missingRanges.join(" ");
  const done = status.doneRanges.join(" ");
  const write = status.demo ? `${status.write} (demo)` : status.write;
  const all = framesText(status.frameCount, status);
  if (outcome === "complete") terminal.out(`✓ ${write}: ${all} in ${time}${peak}`);
  else if (outcome === "cancelled")
    terminal.out(`■ ${write}: cancelled after ${time}. Done: ${done || "no frame"}`);
  else terminal.out(`✗ ${write}: ${status.frameCount - status.framesDone} of ${all} missing after ${time}`);
  if (status.heaviest !== null) terminal.out(`  ${heaviestText(status.heaviest)}`);
  if (missing !== "") terminal.out(`  missing: ${missing}`);
  if (outcome === "no-license")
    terminal.out("  Nuke got no license. Check the license server, or render when one is free.");
  if (status.folder !== null) terminal.out(`  ${folderText(status, status.folder)}`);
}

/** A column is not made wider than this: all rows would be as long as the longest cell. */
const WIDEST = 200;

/** Rows as text, columns in `right` set to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  // Before they are measured: what is shown in place of a control character is wider.
  const shown = rows.map((row) => row.map(visibleText));
  const all = [head, ...shown];
  const widths = head.map((_, column) =>
    all.reduce((widest, row) => Math.min(WIDEST, Math.max(widest, (row[column] ?? "").length)), 0),
  );
  const print = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [print(head), widths.map((width) => "─".repeat(width)).join("  "), ...shown.map(print)];
}

function ending(chunk: ChunkStatus): string {
  return chunk.reason ?? chunk.verdict ?? chunk.state;
}
