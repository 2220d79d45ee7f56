/** How long a client waits for its service. One that hangs, or was stopped, must not hang every command with it. */
import { setTimeout as wait } from "node:timers/promises";
import { RenderServiceError } from "../protocol/errors.ts";

/** In ms. */
export interface RequestLimits {
  readonly greetMs: number;
  readonly requestMs: number;
  /** For what takes its time: handing in a job with its script, ending all Nukes. */
  readonly longMs: number;
  /** Between two questions of a client that only listens. */
  readonly heartbeatMs: number;
}

export const DEFAULT_LIMITS: RequestLimits = {
  greetMs: 15_000,
  requestMs: 30_000,
  longMs: 120_000,
  heartbeatMs: 30_000,
};

/** An answer that arrived while this machine slept is read before it counts as late, ms. */
const SECOND_LOOK_MS = 500;

/** Whose answer is waited for. */
export interface Answerer {
  /** Null: not known. */
  readonly pid: number | null;
  readonly logFile: string;
}

/**
 * Waits for an answer so long and no longer.
 * @param waiting what the service may be waiting for, in words.
 * @throws {RenderServiceError} `not-reachable`
 */
export async function within<Answer>(
  limitMs: number,
  { pid, logFile }: Answerer,
  answer: Promise<Answer>,
  waiting = "",
): Promise<Answer> {
  const stop = new AbortController();
  const late = async (): Promise<never> => {
    await wait(limitMs, undefined, { signal: stop.signal });
    await wait(SECOND_LOOK_MS, undefined, { signal: stop.signal });
    const who = pid === null ? "The render service" : `The render service (process ${pid})`;
    throw new RenderServiceError(
      "not-reachable",
      `${who} has not responded for ${Math.round(limitMs / 1000)} s.${waiting} Its log ${logFile} may show why. To end it: nbr service stop --force`,
    );
  };
  try {
    return await Promise.race([answer, late()]);
  } finally {
    stop.abort();
  }
}
