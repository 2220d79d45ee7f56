import type { AdoptedProcess } from "../process/nuke-process.ts";

/** A chunk whose Nuke was started by a service that is gone. */
export interface Adopted {
  /** Null when it has ended. */
  readonly nuke: AdoptedProcess | null;
  /** When it was started, milliseconds since 1970. */
  readonly at: number;
  /** Frames of which people have been told. */
  readonly told: ReadonlyMap<number, readonly string[]>;
  /** Bytes of its stdout and stderr that were read. */
  readonly read: readonly [number, number];
  /** Of a warm Nuke: frames that have failed and were taken back, by the command that had handed them. */
  readonly returned: ReadonlyMap<number, number>;
}
