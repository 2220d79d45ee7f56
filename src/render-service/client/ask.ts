/** One request of a client, with its answer or its failure checked. */
import { messageOf } from "../../plan/text/message-of.ts";
import { type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { BEING_RENDERED } from "../../plan/output/output-conflict.ts";
import { OutputConflictError, RenderServiceError } from "../protocol/errors.ts";
import { type Hello, type Request, failureSchema, requests } from "../protocol/messages.ts";
import { productVersion } from "../protocol/version.ts";

/** Asks a service of another version to stop, which it does when it has no jobs; returns the error for the caller. */
export async function replaceOther(rpc: MessageConnection, { version }: Hello): Promise<RenderServiceError> {
  try {
    await ask(rpc, requests.shutdown, { force: false });
    return gone();
  } catch (error) {
    return new RenderServiceError(
      "other-version",
      `A render service of version ${version} has jobs, and this version (${productVersion}) cannot talk to it. Wait until they are done, or close the other version.`,
      { cause: error },
    );
  }
}

/** @throws {RenderServiceError} */
export async function ask<Params, Result>(
  rpc: MessageConnection,
  { name, type, result }: Request<Params, Result>,
  params: Params,
): Promise<Result> {
  let raw: unknown;
  try {
    raw = await rpc.sendRequest(type, params);
  } catch (error) {
    if (!(error instanceof ResponseError)) throw gone(error);
    const data = failureSchema.safeParse(error.data);
    if (data.success && data.data.reason === BEING_RENDERED)
      throw new OutputConflictError(error.message, data.data.conflicts ?? [], { cause: error });
    if (data.success) throw new RenderServiceError(data.data.reason, error.message, { cause: error });
    // Refused because the connection went, or a fault of the service, whose log tells more.
    const message = `The render service did not respond to ${name}: ${error.message}`;
    throw new RenderServiceError("service-gone", message, { cause: error });
  }
  const answer = result.safeParse(raw);
  if (answer.success) return answer.data;
  throw new RenderServiceError("bad-message", `The render service returned an invalid response to ${name}.`);
}

/** The connection has ended before an answer came. */
export function gone(cause?: unknown): RenderServiceError {
  const why = cause === undefined ? "" : ` (${messageOf(cause)})`;
  return new RenderServiceError(
    "service-gone",
    `The connection to the render service has ended${why}. Try again.`,
    {
      cause,
    },
  );
}
