/** Validates and executes the requests of python/nuke.py. */
import * as z from "zod";
import type { NukeArguments } from "./arguments.ts";
import type { FaultInjection } from "./fault-injection.ts";
import type { NukeConsole } from "./console.ts";
import { DemoFolderError, type Outputs } from "./demo-output.ts";
import {
  type OpenScript,
  UnreadableScriptError,
  complaintAbout,
  openScript,
  renderOnce,
} from "./open-script.ts";
import type { Profile } from "./profile.ts";

export interface PythonRun {
  readonly args: NukeArguments;
  /** Absolute path. */
  readonly file: string;
  readonly version: string;
  readonly profile: Profile;
  readonly conduct: FaultInjection;
  readonly console: NukeConsole;
  readonly outputs: Outputs;
}

const requestSchema = z.discriminatedUnion("op", [
  /** The first one. */
  z.object({ op: z.literal("hello") }),
  z.object({ op: z.literal("open"), path: z.string() }),
  /** A node that renders, by its full name. */
  z.object({ op: z.literal("node"), name: z.string() }),
  z.object({ op: z.literal("proxy") }),
  z.object({ op: z.literal("set-proxy"), on: z.boolean() }),
  z.object({
    op: z.literal("execute"),
    name: z.string(),
    first: z.int(),
    last: z.int(),
    step: z.int().min(1),
    /** Empty: the views of the Write. */
    views: z.array(z.string()),
    continueOnError: z.boolean(),
  }),
]);
type Request = z.infer<typeof requestSchema>;

/** An error is raised in Python as RuntimeError, as Nuke does. */
export type Answer = { readonly value: unknown } | { readonly error: string };

/** Nuke refuses the request; the message is raised in Python. */
class RefusedError extends Error {
  readonly reason = "refused";
}

export class PythonRequests {
  readonly #run: PythonRun;
  #script: OpenScript | null = null;
  #proxy = false;

  constructor(run: PythonRun) {
    this.#run = run;
  }

  /** @throws if the request is invalid: python/nuke.py is part of this product. */
  async answer(line: string): Promise<Answer> {
    try {
      return { value: await this.#carryOut(requestSchema.parse(JSON.parse(line))) };
    } catch (error) {
      if (
        error instanceof RefusedError ||
        error instanceof UnreadableScriptError ||
        error instanceof DemoFolderError
      )
        return { error: error.message };
      throw error;
    } finally {
      await this.#run.console.flush();
    }
  }

  async #carryOut(request: Request): Promise<object | boolean | null> {
    const { args, profile, version, console, outputs } = this.#run;
    switch (request.op) {
      case "hello":
        return { version, ignoreTerm: profile.ignoreTerm };
      case "open":
        this.#script = await openScript(request.path, outputs);
        // It is unknown whether -p and -f apply to a script that Python opens: here they do not.
        this.#proxy = this.#script.facts.proxy;
        if (args.verbosity > 0) console.scriptRead(this.#script.facts.path);
        return null;
      case "node": {
        const write = this.#script?.facts.writes.find(({ name }) => name === request.name);
        return write ? { name: write.name, class: write.class } : null;
      }
      case "proxy":
        return this.#proxy;
      case "set-proxy":
        this.#proxy = request.on;
        return null;
      case "execute":
        return await this.#execute(request);
      default:
        return request satisfies never;
    }
  }

  async #execute({
    name,
    first,
    last,
    step,
    views,
    continueOnError,
  }: Request & { op: "execute" }): Promise<null> {
    const { profile, conduct, console } = this.#run;
    const script = this.#script;
    const write = script?.facts.writes.find((one) => one.name === name);
    if (!script || !write) throw new RefusedError(`${name}: there is no such node`);
    const frames = Array.from(
      { length: Math.max(0, Math.floor((last - first) / step) + 1) },
      (_, index) => first + index * step,
    );
    const complaint = complaintAbout(write, frames.length, views);
    if (complaint !== null) {
      console.error(complaint);
      throw new RefusedError(complaint);
    }
    const started = performance.now();
    const failed = await renderOnce(
      script,
      { writes: [write], frames },
      {
        views,
        proxy: this.#proxy ? "proxy" : "full",
        continueOnError,
        frameLines: profile.terminalFrameLines,
        profile,
        conduct,
        console,
      },
    );
    if (profile.terminalFrameLines) console.total((performance.now() - started) / 1000);
    // It is unknown whether Nuke raises an error after it continued: the harder case is that it does not.
    if (failed !== null && !continueOnError) throw new RefusedError(failed);
    return null;
  }
}
