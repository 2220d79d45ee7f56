/** `nbr logs`: what the Nukes of a job printed. */
import { parseArgs } from "node:util";
import type { JobStatus } from "../plan/job/events.ts";
import type { RenderServiceClient } from "../render-service/client/client.ts";
import { UsageError } from "./failure.ts";
import { clientWith } from "./job-client.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr logs`: what the Nukes of a job printed, chunk by chunk; with `-f`, what they print from now on as well, until it has ended. */
export async function logsCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      raw: { type: "boolean" },
      follow: { type: "boolean", short: "f" },
    },
    allowPositionals: true,
    strict: true,
  });
  const [id] = positionals;
  if (id === undefined || positionals.length > 1)
    throw new UsageError("Which job? nbr logs takes one name; nbr ps --all lists them.", "logs");
  const client = await clientWith([id]);
  try {
    const log = new JobLog(client, id, (chunk, stream, line) => {
      if (values.json ?? false) terminal.out(JSON.stringify({ job: id, chunk, stream, line }));
      else if (values.raw ?? false) terminal.raw(`[${chunk + 1}] ${line}`);
      else terminal.out(`[${chunk + 1}] ${line}`);
    });
    if (values.follow ?? false) await log.follow();
    else await log.print();
    return 0;
  } finally {
    client.dispose();
  }
}

/** Prints a job's logs from where it stopped the last time; events only say that there is more. */
class JobLog {
  readonly #client: RenderServiceClient;
  readonly #job: string;
  readonly #print: (chunk: number, stream: string, line: string) => void;
  readonly #read = new Map<string, number>();

  constructor(
    client: RenderServiceClient,
    job: string,
    print: (chunk: number, stream: string, line: string) => void,
  ) {
    this.#client = client;
    this.#job = job;
    this.#print = print;
  }

  async print(): Promise<JobStatus> {
    const status = await this.#client.job(this.#job);
    for (const { index, state } of status.chunks) {
      if (state === "waiting") continue;
      for (const stream of ["stdout", "stderr"] as const) await this.#printLog(index, stream);
    }
    return status;
  }

  async follow(): Promise<void> {
    let wake: () => void = () => undefined;
    let news = false;
    const listener = this.#client.onEvent(() => {
      news = true;
      wake();
    });
    try {
      await this.#client.watch({ jobs: [this.#job], lines: true });
      while ((await this.print()).state.kind !== "done") {
        if (!news) await new Promise<void>((resolve) => (wake = resolve));
        news = false;
      }
    } finally {
      listener.dispose();
    }
  }

  async #printLog(chunk: number, stream: "stdout" | "stderr"): Promise<void> {
    const key = `${chunk} ${stream}`;
    for (let more = true; more;) {
      const from = this.#read.get(key) ?? 0;
      const piece = await this.#client.lines({ job: this.#job, chunk, stream, from });
      for (const line of piece.lines) this.#print(chunk, stream, line);
      this.#read.set(key, piece.next);
      ({ more } = piece);
    }
  }
}
