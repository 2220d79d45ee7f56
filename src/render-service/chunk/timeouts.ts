/** How long a Nuke may take for things, ms. */
import type { BackoffOptions } from "../queue/backoff.ts";

export interface Timeouts {
  /** To end after it was asked to. */
  readonly cancelMs: number;
  /** To end after it said `Total render time` (nuke-cli.md 2.7). */
  readonly hangMs: number;
  /** Without a word; the least limit, where its frames are quick. */
  readonly silenceMs: number;
  readonly license: BackoffOptions;
  /** For space on a disk, and for an output folder that is gone or cannot be written to. */
  readonly output: BackoffOptions;
}
