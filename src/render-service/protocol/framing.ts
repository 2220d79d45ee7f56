/**
 * JSON-RPC messages on a socket. The library's own reader accepts a message of any length and its writer keeps a queue that no one
 * sees; between processes that must not harm each other both have a limit.
 */
import type { Socket } from "node:net";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from "vscode-jsonrpc/node";
import * as z from "zod/mini";

/** The longest message that the service takes from a client, bytes. */
export const LONGEST_MESSAGE = 64 * 1024 * 1024;
const LONGEST_HEADER = 4096;
const headerEnd = Buffer.from("\r\n\r\n");

const messageSchema = z.looseObject({
  jsonrpc: z.literal("2.0"),
  method: z.optional(z.string()),
  id: z.optional(z.nullable(z.union([z.string(), z.number()]))),
});

/** What arrived is no message; the connection is closed. */
export class FramingError extends Error {
  readonly reason: "header" | "too-long" | "not-json" | "not-a-message";

  constructor(reason: FramingError["reason"]) {
    super(`Closing a connection that sent an invalid message (${reason}).`);
    this.name = "FramingError";
    this.reason = reason;
  }
}

/** Reads messages; closes the socket at the first thing that is none. */
export class BoundedReader extends AbstractMessageReader {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes of the body that is awaited; null while the header is. */
  #wanted: number | null = null;
  readonly #longest: number;

  /** @param longest bytes of a message. */
  constructor(socket: Socket, longest = LONGEST_MESSAGE) {
    super();
    this.#socket = socket;
    this.#longest = longest;
  }

  listen(callback: DataCallback): Disposable {
    const onData = (piece: Buffer): void => {
      this.#pieces.push(piece);
      this.#held += piece.length;
      try {
        this.#drain(callback);
      } catch (error) {
        this.#pieces = [];
        this.#socket.off("data", onData);
        this.fireError(error);
        this.#socket.destroy();
      }
    };
    const onClose = (): void => this.fireClose();
    const onError = (error: Error): void => this.fireError(error);
    this.#socket.on("data", onData);
    this.#socket.on("close", onClose);
    this.#socket.on("error", onError);
    return {
      dispose: () => {
        this.#socket.off("data", onData);
        this.#socket.off("close", onClose);
      },
    };
  }

  #drain(callback: DataCallback): void {
    for (;;) {
      if (this.#wanted === null) {
        const held = this.#joined();
        const end = held.indexOf(headerEnd);
        if (end > LONGEST_HEADER || (end < 0 && held.length > LONGEST_HEADER))
          throw new FramingError("header");
        if (end < 0) return;
        this.#wanted = lengthIn(held.toString("latin1", 0, end));
        if (this.#wanted > this.#longest) throw new FramingError("too-long");
        this.#keep(held.subarray(end + headerEnd.length));
      }
      if (this.#held < this.#wanted) return;
      const held = this.#joined();
      const message = parseMessage(held.toString("utf8", 0, this.#wanted));
      this.#keep(held.subarray(this.#wanted));
      this.#wanted = null;
      callback(message);
    }
  }

  #joined(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  #keep(rest: Buffer): void {
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
  }
}

/** Writes messages at once; what the other side has not read yet is the socket's `writableLength`. */
export class DirectWriter extends AbstractMessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on("error", (error) => this.fireError(error));
    socket.on("close", () => this.fireClose());
  }

  // Nothing waits for a client: the promise is kept when the message is handed over.
  write(message: Message): Promise<void> {
    if (this.#socket.writable) {
      const body = Buffer.from(JSON.stringify(message), "utf8");
      this.#socket.cork();
      this.#socket.write(`Content-Length: ${body.length}\r\n\r\n`, "latin1");
      this.#socket.write(body);
      this.#socket.uncork();
    }
    return Promise.resolve();
  }

  end(): void {
    this.#socket.end();
  }
}

function lengthIn(header: string): number {
  const length = Number(/^content-length: *(\d{1,15})\r?$/imu.exec(header)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(length)) throw new FramingError("header");
  return length;
}

function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FramingError("not-json");
  }
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success) throw new FramingError("not-a-message");
  return parsed.data;
}
