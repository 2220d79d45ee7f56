import { messageOf } from "../plan/text/message-of.ts";
import { readFile } from "node:fs/promises";
import { type Script, readScript } from "./script.ts";

/** A script that is not there or may not be read. */
export class ScriptReadError extends Error {
  readonly reason: "missing" | "not-allowed" | "unreadable";
  constructor(reason: ScriptReadError["reason"], path: string, detail: string) {
    super(`The script "${path}" cannot be read: ${detail}. Check its path.`);
    this.name = "ScriptReadError";
    this.reason = reason;
  }
}

/** A script that only Nuke can read: saved by a non-commercial or indie edition. */
export class EncryptedScriptError extends Error {
  readonly reason = "encrypted";
  constructor(path: string) {
    super(
      `"${path}" is encrypted, as Nuke Non-commercial and Indie save their scripts: only they can open it.`,
    );
    this.name = "EncryptedScriptError";
  }
}

/**
 * Reads a script from disk. `begins`: called when its text is there and reading it begins.
 * @throws {ScriptReadError} @throws {EncryptedScriptError}
 */
export async function readScriptFile(path: string, begins: () => void = () => {}): Promise<Script> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
  begins();
  const text = decodeScript(bytes);
  if (/\.(?:nknc|nkind|gznc|gzind)$/iu.test(path) && isEncrypted(text)) throw new EncryptedScriptError(path);
  return readScript(text);
}

/** The text of a script: UTF-8, and bytes that are not are Latin-1 characters, each for itself, as Tcl 8.6 reads them. No byte-order mark. */
export function decodeScript(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

/** A node or a version line shows that Nuke's text is there; encrypted files have none. */
function isEncrypted(text: string): boolean {
  return !/^(?:version \d|Root \{)/mu.test(text);
}

function decodeMixed(bytes: Uint8Array): string {
  const pieces: string[] = [];
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let from = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    pieces.push(strict.decode(bytes.subarray(from, at)), String.fromCharCode(bytes[at] ?? 0));
    from = ++at;
  }
  pieces.push(strict.decode(bytes.subarray(from)));
  return pieces.join("").replace(/^\uFEFF/u, "");
}

/** Bytes of the UTF-8 character at `at`; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0
      ? 2
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xf0 && first < 0xf5
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let index = 1; index < length; index++) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  // Overlong forms, surrogates, and what lies beyond the last character.
  if (
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f)
  )
    return 0;
  return length;
}

function readError(path: string, error: unknown): ScriptReadError {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT") return new ScriptReadError("missing", path, "there is no such file");
  if (code === "EACCES" || code === "EPERM")
    return new ScriptReadError("not-allowed", path, "you may not read it");
  return new ScriptReadError("unreadable", path, messageOf(error));
}
