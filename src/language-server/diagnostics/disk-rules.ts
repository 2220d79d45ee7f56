/** Checks that look at the disk. They run off the main path, and what they saw is kept for a moment. */
import { basename, dirname, isAbsolute } from "node:path";
import {
  frameFile,
  hasFrameToken,
  hasFrameTokenInFolder,
  hasViewToken,
} from "../../plan/frames/frame-file.ts";
import { formatFrames } from "../../plan/frames/frames.ts";
import type { ScriptFacts } from "../../plan/target.ts";
import { FileNames } from "../../script/file-name.ts";
import type { Script } from "../../script/script.ts";
import type { Disk } from "../core/disk.ts";
import type { Finding } from "./rules.ts";
import { knobOrClass } from "./syntax-rules.ts";

/** How long (ms) a folder is taken to be as it was seen. */
const KEPT_FOR = 5000;
/** Frames of a Read that are looked for, at most. */
const MOST_FRAMES = 20_000;

export class DiskChecks {
  readonly #disk: Disk;
  readonly #folders = new Map<string, { at: number; names: Promise<ReadonlySet<string> | null> }>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** `stop`: asked between two steps, whether it is still wanted; `pause`: waited for there. */
  async run(
    script: Script,
    { path, writes }: ScriptFacts,
    { stop, pause }: { stop: () => boolean; pause: () => Promise<void> | undefined },
  ): Promise<Finding[]> {
    const findings: Finding[] = [];
    const nodes = new Map(script.nodes.map((node) => [node.place.line, node]));
    for (const write of writes) {
      await pause();
      if (stop()) return findings;
      const node = nodes.get(write.line);
      if (!node || write.disabled || write.reading || write.createDirectories) continue;
      if (write.resolvedFile === null || !isAbsolute(write.resolvedFile)) continue;
      // A folder for each frame cannot be looked for in advance.
      if (hasFrameTokenInFolder(write.resolvedFile)) continue;
      for (const folder of new Set(
        write.views.map((view) => dirname(frameFile(write.resolvedFile ?? "", 1, view))),
      )) {
        if (!(await this.#disk.mayTouch(folder)) || (await this.#names(folder)) !== null) continue;
        findings.push({
          code: "missing-folder",
          ...knobOrClass(script, node, "file"),
          message: `The folder ${folder} does not exist, and ${write.name} does not create it.`,
          fix: { title: `Create ${folder}`, kind: "create-folder", folder },
        });
      }
    }
    const files = new FileNames(script, path);
    for (const node of script.nodes) {
      await pause();
      if (!/^(?:Read|DeepRead)$/u.test(node.class) || !node.hasFile) continue;
      if (stop()) return findings;
      const { file } = files.expand(node.knob("file") ?? "", node);
      if (file === null || !isAbsolute(file)) continue;
      const found = await this.#sequence(file, frameOf(node.knob("first")), frameOf(node.knob("last")));
      if (found) findings.push({ ...found, ...knobOrClass(script, node, "file") });
    }
    return findings;
  }

  /** A file of the disk with bytes that are not UTF-8. */
  async encoding(path: string): Promise<Finding | null> {
    if (path === "") return null;
    const bytes = await this.#disk.bytes(path);
    if (bytes === null) return null;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return null;
    } catch {
      const message =
        "This file has bytes that are not UTF-8. They are read as Latin-1; saving it here may change them.";
      return { code: "not-utf8", start: 0, end: 1, message };
    }
  }

  async #sequence(
    file: string,
    first: number | null,
    last: number | null,
  ): Promise<Pick<Finding, "code" | "message"> | null> {
    // Views are asked for only where a name has them; the first one stands for all.
    const folder = dirname(frameFile(file, first ?? 1, "main"));
    if (!(await this.#disk.mayTouch(folder))) return null;
    const names = await this.#names(folder);
    const name = basename(file);
    if (hasViewToken(file) || hasFrameTokenInFolder(file)) return null;
    if (names === null) return { code: "missing-sequence", message: `The folder of ${name} does not exist.` };
    if (!hasFrameToken(file))
      return names.has(name) ? null : { code: "missing-sequence", message: `${name} was not found.` };
    if (first === null || last === null || last < first || last - first > MOST_FRAMES) return null;
    const missing: number[] = [];
    for (let frame = first; frame <= last; frame++)
      if (!names.has(basename(frameFile(file, frame, "main")))) missing.push(frame);
    if (missing.length === 0) return null;
    if (missing.length === last - first + 1)
      return { code: "missing-sequence", message: `No frame of ${name} was found.` };
    return { code: "sequence-gaps", message: `Frames of ${name} are missing: ${formatFrames(missing)}.` };
  }

  /** Names in a folder; null when there is no such folder. */
  #names(folder: string): Promise<ReadonlySet<string> | null> {
    const known = this.#folders.get(folder);
    if (known && Date.now() - known.at < KEPT_FOR) return known.names;
    const names = this.#list(folder);
    this.#folders.set(folder, { at: Date.now(), names });
    return names;
  }

  async #list(folder: string): Promise<ReadonlySet<string> | null> {
    const found = await this.#disk.names(folder);
    if (found !== null) return new Set(found);
    return (await this.#disk.stat(folder)) === null ? null : new Set();
  }

  /** Forgets what it saw: something was made or removed. */
  forget(): void {
    this.#folders.clear();
  }
}

function frameOf(value: string | undefined): number | null {
  const frame = Number(value);
  return value === undefined || value.trim() === "" || !Number.isInteger(frame) ? null : frame;
}
