/** Whether a script is still what it was when its render began. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import * as z from "zod/mini";
import { errorCode } from "../protocol/errors.ts";

export const scriptFingerprintSchema = z.object({
  /** Bytes. */
  size: z.number(),
  /** Milliseconds since 1970. */
  mtimeMs: z.number(),
  /** SHA-256 of its text: a script that is saved without a change is the same. */
  hash: z.string(),
});
/** By what a script is known again. */
export type ScriptFingerprint = z.infer<typeof scriptFingerprintSchema>;

/** Null where there is no script. @throws what the file system says of one that cannot be read. */
export async function fingerprintScript(path: string): Promise<ScriptFingerprint | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    return { size, mtimeMs, hash: hash.digest("hex") };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** A script that has to stay as it was. */
export class FingerprintCheck {
  readonly path: string;
  #mark: ScriptFingerprint;
  /** What was found last. */
  #found: ScriptFingerprint | null;

  constructor(path: string, mark: ScriptFingerprint) {
    this.path = path;
    this.#mark = mark;
    this.#found = mark;
  }

  /** One look at its size and time; its text is read only where these are others. A script that cannot be looked at counts as gone. */
  async look(): Promise<"same" | "changed" | "gone"> {
    const now = await stat(this.path).catch(() => null);
    if (now === null) return "gone";
    if (now.size === this.#mark.size && now.mtimeMs === this.#mark.mtimeMs) return "same";
    this.#found = await fingerprintScript(this.path).catch(() => null);
    if (this.#found === null) return "gone";
    if (this.#found.hash !== this.#mark.hash) return "changed";
    this.#mark = this.#found;
    return "same";
  }

  /** From here on it has to stay as it was found last. */
  accept(): ScriptFingerprint {
    this.#mark = this.#found ?? this.#mark;
    return this.#mark;
  }
}
