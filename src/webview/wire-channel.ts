import { messageOf } from "../plan/text/message-of.ts";
import * as z from "zod/mini";

interface Message {
  readonly type: string;
}

/** What is posted: a message (with a number where an answer is awaited), or the answer to one. */
const envelopeSchema = z.union([
  z.object({ replyTo: z.int(), ok: z.literal(true), body: z.unknown() }),
  z.object({ replyTo: z.int(), ok: z.literal(false), error: z.string() }),
  z.object({ id: z.optional(z.int()), body: z.unknown() }),
]);

/** A request that was not answered as it should have been. */
export class WireError extends Error {
  readonly reason: "refused" | "timeout" | "closed" | "unreadable";
  constructor(reason: WireError["reason"], message: string) {
    super(message);
    this.name = "WireError";
    this.reason = reason;
  }
}

/** One function for each message: requests answer, the others return nothing. What a handler throws rejects the request on the other side. */
export type WireHandlers<In extends Message, Replies> = {
  readonly [Type in In["type"]]: (
    message: Extract<In, { type: Type }>,
  ) => Type extends keyof Replies ? Replies[Type] | Promise<Replies[Type]> : void | Promise<void>;
};

export interface WireOptions<In extends Message, InReplies, OutReplies> {
  /** Hands a message to the other end. */
  readonly post: (envelope: unknown) => unknown;
  /** What may arrive. */
  readonly incoming: z.core.$ZodType<In>;
  readonly handlers: WireHandlers<In, InReplies>;
  /** The answers to what is sent, by the type of the request. */
  readonly replies: { readonly [Type in keyof OutReplies]: z.core.$ZodType<OutReplies[Type]> };
  /** Receives messages that fail the schema (they are dropped), and errors of handlers that no one waits for. */
  readonly report: (problem: string) => void;
}

interface Waiting {
  readonly type: string;
  readonly settle: (body: unknown) => void;
  readonly reject: (error: WireError) => void;
  readonly timer: ReturnType<typeof setTimeout> | null;
}

/**
 * One end of a line between a webview and its host. Every request settles: with the answer, with what the other side threw, by its time
 * limit, or when this end is disposed.
 */
export class WireChannel<Out extends Message, In extends Message, OutReplies, InReplies> {
  readonly #options: WireOptions<In, InReplies, OutReplies>;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #closed = false;

  constructor(options: WireOptions<In, InReplies, OutReplies>) {
    this.#options = options;
  }

  /** Sends a message that has no answer. */
  send(message: Exclude<Out, { type: keyof OutReplies }>): void {
    if (!this.#closed) this.#options.post({ body: message });
  }

  /**
   * Sends a request. `limit`: milliseconds to wait for the answer, null where a person is asked on the other side.
   * @throws {WireError} (rejects)
   */
  request<Type extends keyof OutReplies & string>(
    message: Extract<Out, { type: Type }>,
    limit: number | null,
  ): Promise<OutReplies[Type]> {
    const { promise, resolve, reject } = promiseParts<OutReplies[Type]>();
    if (this.#closed) {
      reject(new WireError("closed", `"${message.type}" came after the end of the conversation.`));
      return promise;
    }
    const id = this.#next++;
    const type: Type = message.type;
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- there is no enum here
    const schema: z.core.$ZodType<OutReplies[Type]> = this.#options.replies[type];
    const settle = (body: unknown): void => {
      const read = z.safeParse(schema, body);
      if (read.success) resolve(read.data);
      else
        reject(
          new WireError(
            "unreadable",
            `The answer to "${message.type}" cannot be read: ${firstIssue(read.error)}.`,
          ),
        );
    };
    const timer =
      limit === null
        ? null
        : setTimeout(() => {
            this.#waiting.delete(id);
            reject(
              new WireError(
                "timeout",
                `"${message.type}" was not answered within ${limit / 1000} s. Try again.`,
              ),
            );
          }, limit);
    this.#waiting.set(id, { type: message.type, settle, reject, timer });
    this.#options.post({ id, body: message });
    return promise;
  }

  /** Takes in what the other end posted. */
  receive(data: unknown): void {
    if (this.#closed) return;
    const envelope = z.safeParse(envelopeSchema, data);
    if (!envelope.success) this.#options.report(`A message was dropped: ${firstIssue(envelope.error)}.`);
    else if ("replyTo" in envelope.data) this.#settle(envelope.data);
    else void this.#handle(envelope.data.body, envelope.data.id);
  }

  /** Ends the conversation; what still waits is rejected. */
  dispose(): void {
    this.#closed = true;
    for (const { type, reject, timer } of this.#waiting.values()) {
      if (timer !== null) clearTimeout(timer);
      reject(new WireError("closed", `"${type}" will not be answered any more.`));
    }
    this.#waiting.clear();
  }

  #settle(
    reply: { replyTo: number; ok: true; body: unknown } | { replyTo: number; ok: false; error: string },
  ): void {
    const waiting = this.#waiting.get(reply.replyTo);
    // No one waits for a response after its time limit.
    if (!waiting) return;
    this.#waiting.delete(reply.replyTo);
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    if (reply.ok) waiting.settle(reply.body);
    else waiting.reject(new WireError("refused", reply.error));
  }

  async #handle(body: unknown, id: number | undefined): Promise<void> {
    const read = z.safeParse(this.#options.incoming, body);
    if (!read.success) {
      const problem = `A message was dropped: ${firstIssue(read.error)}.`;
      this.#options.report(problem);
      if (id !== undefined) this.#answer({ replyTo: id, ok: false, error: problem });
      return;
    }
    const message = read.data;
    // The table has a function for every member of the union, taking that member; TypeScript cannot pair the two by itself.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const handler = this.#options.handlers[message.type as In["type"]] as (message: In) => unknown;
    try {
      const answer = await handler(message);
      if (id !== undefined) this.#answer({ replyTo: id, ok: true, body: answer });
    } catch (error) {
      const text = messageOf(error);
      if (id === undefined) this.#options.report(text);
      else this.#answer({ replyTo: id, ok: false, error: text });
    }
  }

  #answer(reply: unknown): void {
    if (!this.#closed) this.#options.post(reply);
  }
}

/** Node 20, which VS Code's oldest supported runtime has, knows no Promise.withResolvers. */
function promiseParts<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((take, refuse) => {
    resolve = take;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

function firstIssue(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join(".") || "message"}: ${issue.message}` : "unknown";
}
