import { setImmediate } from "node:timers/promises";
import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { Steps } from "../../script/steps.ts";
import { namesOf } from "../../script/symbol-table.ts";
import { workOn } from "./activity.ts";
import type { NkDocument } from "./nk-document.ts";

/** Milliseconds for which nothing else gets its turn. */
const SLICE = 8;

/** Lets other work have its turn where the last one was long ago. `uri`: the script that is worked on. */
export function pacer(uri: string): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE) return undefined;
    return setImmediate().then(() => {
      workOn(uri);
      since = performance.now();
    });
  };
}

/** Does work in short slices. Null when `stop` said so between two of them: then the rest is left undone. */
export async function inSlices<Result>(
  uri: string,
  steps: Steps<Result>,
  stop: () => boolean,
): Promise<{ readonly result: Result } | null> {
  const pause = pacer(uri);
  for (;;) {
    const step = steps.next();
    if (step.done) return { result: step.value };
    const paused = pause();
    if (!paused) continue;
    await paused;
    if (stop()) return null;
  }
}

/**
 * Works out an answer in slices, so that edits and other questions never wait for it.
 * @throws {ResponseError} when the document was edited or the request was cancelled; results kept per node (`perNode`) stay.
 */
export async function answer<Result>(
  document: NkDocument,
  token: CancellationToken,
  steps: Steps<Result>,
): Promise<Result> {
  const { version } = document;
  const stopped = (): boolean => token.isCancellationRequested || document.version !== version;
  const done = stopped() ? null : await inSlices(document.uri, steps, stopped);
  if (done) return done.result;
  throw token.isCancellationRequested
    ? new ResponseError(LSPErrorCodes.RequestCancelled, "the request was cancelled")
    : new ResponseError(LSPErrorCodes.ContentModified, "the script has been edited in the meantime");
}

/**
 * The same for answers that only tell what there is: after an edit it is worked out again, for the text as it is then.
 * @throws {ResponseError} when the request was cancelled.
 */
export async function answerNewest<Result>(
  document: NkDocument,
  token: CancellationToken,
  steps: () => Steps<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await answer(document, token, steps());
    } catch (error) {
      const isOutdated = error instanceof ResponseError && error.code === LSPErrorCodes.ContentModified;
      if (!isOutdated || token.isCancellationRequested) throw error;
    }
  }
}

/** Finds out who names whom, which finding a target asks for. */
export async function prepareNames(document: NkDocument, token: CancellationToken): Promise<void> {
  await answer(document, token, namesOf(document.script).prepare());
}
