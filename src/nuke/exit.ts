/** What the end of a Nuke means (nuke-cli.md 1.7). */
import type { Verdict } from "../plan/job/events.ts";

/** Nuke's own code for "no license". */
export const NO_LICENSE = 100;

export interface NukeEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The license report was printed. */
  readonly licenseReported: boolean;
  /** `Frame` lines seen. */
  readonly framesReported: number;
  /** Every frame of the chunk is on disk. */
  readonly allOnDisk: boolean;
  readonly framesMissing: number;
  /** The first error Nuke reported, as printed. */
  readonly firstError: string | null;
}

export interface ChunkVerdict {
  readonly verdict: Extract<Verdict, "done" | "failed" | "license" | "crash">;
  /** For people; null if all went well. */
  readonly reason: string | null;
}

/** Judges an exit that was not requested. The files on disk decide; the exit code only explains. */
export function judgeEnd(end: NukeEnd): ChunkVerdict {
  const how = describeEnd(end.exitCode, end.signal);
  if (end.allOnDisk)
    return { verdict: "done", reason: how === null ? null : `All frames are on disk, but ${how}.` };
  const refused =
    end.exitCode === NO_LICENSE ||
    (end.licenseReported && end.framesReported === 0 && end.exitCode !== null && end.exitCode !== 0);
  if (refused)
    return {
      verdict: "license",
      reason:
        "Nuke got no license. Check the license server (foundry_LICENSE), or render with fewer parallel Nukes.",
    };
  if (crashOf(end.exitCode, end.signal) !== null)
    return { verdict: "crash", reason: `Nuke crashed: ${how ?? "it ended without an exit code"}.` };
  const missing = `${end.framesMissing} frame${end.framesMissing === 1 ? " is" : "s are"} not on disk`;
  if (end.firstError !== null) return { verdict: "failed", reason: `${end.firstError} (${missing})` };
  if (how === null)
    return { verdict: "failed", reason: `Nuke ended with exit code 0, but ${missing}. Look at its output.` };
  return {
    verdict: end.exitCode === 1 ? "failed" : "crash",
    reason: `${sentence(how)}, and ${missing}. Look at its output.`,
  };
}

/** Killed for lack of memory, as far as the system tells: the kernel and systemd kill with SIGKILL. */
export function wasOutOfMemory({ exitCode, signal }: Pick<NukeEnd, "exitCode" | "signal">): boolean {
  if (signal === "SIGKILL" || exitCode === 137) return true;
  const unsigned = exitCode !== null && exitCode < 0 ? exitCode + 0x1_0000_0000 : exitCode;
  return unsigned === 0xc0000017 || unsigned === 0xc000012d;
}

/** How a process ended, in words: null for exit code 0, else a clause such as `Nuke was ended by SIGKILL (…)`. */
export function describeEnd(exitCode: number | null, signal: string | null): string | null {
  if (exitCode === 0) return null;
  return crashOf(exitCode, signal) ?? `Nuke ended with exit code ${exitCode ?? "unknown"}`;
}

function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

/** POSIX convention: a shell that wraps Nuke turns signal N into exit code 128 + N. */
const signalsByNumber: Readonly<Record<number, string>> = {
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
  24: "SIGXCPU",
};

const signalHints: Readonly<Record<string, string>> = {
  SIGKILL: "typically the system ran out of memory; use fewer parallel Nukes or a smaller cache",
  SIGSEGV: "an invalid memory access, often in a plug-in",
  SIGABRT: "it aborted, often because memory ran out",
  SIGBUS: "memory or a mapped file disappeared, often because of a full or lost disk",
  SIGILL: "an instruction that this processor does not support",
  SIGXCPU: "a CPU time limit",
  SIGTERM: "another program asked it to end",
};

/** Exit codes of processes that died of an exception on Windows. */
const windowsCodes: Readonly<Record<number, string>> = {
  0xc0000005: "access violation, often in a plug-in",
  0xc0000017: "no memory left",
  0xc000001d: "an instruction that this processor does not support",
  0xc00000fd: "stack overflow",
  0xc0000135: "a DLL was not found",
  0xc0000139: "an entry point was not found in a DLL",
  0xc0000142: "a DLL could not be initialized",
  0xc0000374: "heap corruption",
  0xc0000409: "stack buffer overrun or abort",
  0xc000012d: "no memory left",
  0xc000013a: "ended by Ctrl-C or by closing its console",
};

function crashOf(exitCode: number | null, signal: string | null): string | null {
  const name =
    signal ??
    (exitCode !== null && exitCode > 128 && exitCode < 192 ? signalsByNumber[exitCode - 128] : undefined);
  if (name !== undefined) {
    const hint = signalHints[name];
    return `Nuke was ended by ${name}${hint === undefined ? "" : ` (${hint})`}`;
  }
  if (exitCode === null) return "Nuke died without an exit code";
  // Windows reports exception codes as unsigned or as negative numbers.
  const unsigned = exitCode < 0 ? exitCode + 0x1_0000_0000 : exitCode;
  if (unsigned < 0x4000_0000) return null;
  const hint = windowsCodes[unsigned];
  return `Nuke ended with 0x${unsigned.toString(16).toUpperCase()}${hint === undefined ? "" : ` (${hint})`}`;
}
