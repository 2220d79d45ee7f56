/** Gives memory back to the system when the service has nothing to do: it may lie idle for hours between renders. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as z from "zod/mini";

/** How long (ms) nothing has to happen first. */
const QUIET_MS = 1500;

type Collect = (options: { type: "major"; flavor: "last-resort" }) => unknown;
const collectSchema = z.custom<Collect>((value) => typeof value === "function");

export class IdleGc {
  #timer: NodeJS.Timeout | null = null;

  /** Nothing renders or waits: memory is given back soon, if that lasts. */
  quiet(): void {
    this.busy();
    this.#timer = setTimeout(collect, QUIET_MS);
    // It must not keep the process alive.
    this.#timer.unref();
  }

  /** There is something to do. */
  busy(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** What V8 does by itself only when it runs out of memory. A program that was started without flags has no other way to ask for it. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  const found = collectSchema.safeParse(runInNewContext("gc"));
  if (found.success) found.data({ type: "major", flavor: "last-resort" });
}
