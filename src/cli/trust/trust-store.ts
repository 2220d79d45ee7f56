/** What was allowed with `nbr trust`: settings files of folders, each with the content it had. Kept in the state folder. */
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { readBoundedFile } from "../../facts/bounded-file.ts";
import type { SettingsTrust, TrustAnswer } from "../../facts/settings-trust.ts";
import {
  prepareStateFolder,
  requireOwnFolder,
  stateFolder,
  trustFile,
} from "../../render-service/client/state.ts";

const entrySchema = z.object({
  file: z.string().min(1),
  digest: z.string().regex(/^[\da-f]{64}$/u),
  /** When it was allowed, ms since 1970. */
  at: z.number(),
});
const storeSchema = z.object({ version: z.literal(1), files: z.array(entrySchema).max(10_000) });
export type TrustedFile = z.infer<typeof entrySchema>;

/** Bytes of the store. */
const LARGEST = 8 * 1024 * 1024;

export class TrustStore implements SettingsTrust {
  readonly #folder: string;
  readonly #say: (line: string) => void;
  #read: readonly TrustedFile[] | null = null;

  /** @param say told when the store is damaged; it is set aside then, and allows nothing. */
  constructor(env: NodeJS.ProcessEnv, say: (line: string) => void) {
    this.#folder = stateFolder(env);
    this.#say = say;
  }

  /**
   * What was allowed; read when it is first asked for.
   * @throws {RenderServiceError} `state-folder` when the state folder is another user's.
   */
  get files(): readonly TrustedFile[] {
    this.#read ??= this.#load();
    return this.#read;
  }

  ask(file: string, digest: string): TrustAnswer {
    const entry = this.files.find((one) => one.file === file);
    if (entry === undefined) return "unknown";
    return entry.digest === digest ? "allowed" : "changed";
  }

  /** From now on this content of the file may decide what runs. */
  async allow(file: string, digest: string): Promise<void> {
    const others = this.files.filter((one) => one.file !== file);
    await this.#save([...others, { file, digest, at: Date.now() }]);
  }

  /** False: it was not allowed before. */
  async remove(file: string): Promise<boolean> {
    const left = this.files.filter((one) => one.file !== file);
    if (left.length === this.files.length) return false;
    await this.#save(left);
    return true;
  }

  #load(): readonly TrustedFile[] {
    requireOwnFolder(this.#folder);
    const read = readBoundedFile(this.#file, { most: LARGEST });
    if (read.kind === "absent") return [];
    const parsed = storeSchema.safeParse(read.kind === "text" ? parseJson(read.text) : null);
    const user = process.getuid?.();
    const own = read.kind !== "text" || user === undefined || read.stats.uid === user;
    if (parsed.success && own) return parsed.data.files;
    const aside = `${this.#file}.damaged-${Date.now()}`;
    renameSync(this.#file, aside);
    this.#say(
      `warning: The list of trusted settings files was damaged and is now ${aside}. No settings file is trusted until you allow it again with nbr trust.`,
    );
    return [];
  }

  get #file(): string {
    return trustFile(this.#folder);
  }

  async #save(files: readonly TrustedFile[]): Promise<void> {
    await prepareStateFolder(this.#folder);
    const draft = `${this.#file}.${randomUUID()}.new`;
    try {
      const handle = openSync(draft, "wx", 0o600);
      try {
        writeFileSync(handle, JSON.stringify({ version: 1, files }));
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(draft, this.#file);
    } finally {
      rmSync(draft, { force: true });
    }
    this.#read = files;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
