import { isAbsolute, resolve } from "node:path";
import { EncryptedScriptError, ScriptReadError, readScriptFile } from "../script/read-script.ts";
import type { Script } from "../script/script.ts";
import type { ScriptNode } from "../script/script-node.ts";
import { writeTargets } from "../script/write-targets.ts";
import { exitCodes } from "./failure.ts";
import { table } from "./summary.ts";

/** `nbr inspect`: what is in scripts. Returns 0, or 2 if a script could not be read. */
export async function inspect(
  paths: readonly string[],
  { json }: { json: boolean },
  out: (line: string) => void,
): Promise<number> {
  let code: number = exitCodes.allFramesOnDisk;
  for (const given of paths) {
    const path = isAbsolute(given) ? given : resolve(given);
    try {
      const script = await readScriptFile(path);
      if (json) out(JSON.stringify(inspectDocument(script, path, given)));
      else for (const line of writeTable(script, path)) out(line);
    } catch (error) {
      if (!(error instanceof ScriptReadError || error instanceof EncryptedScriptError)) throw error;
      code = exitCodes.badInput;
      const problems = [{ line: 1, message: error.message }];
      out(
        json
          ? JSON.stringify({ script: given, version: null, root: {}, nodes: [], writes: [], problems })
          : error.message,
      );
    }
  }
  return code;
}

/** The document of `--json`. */
export function inspectDocument(script: Script, path: string, shown: string): object {
  return {
    script: shown,
    version: script.version,
    root: knobs(script.root),
    nodes: script.nodes.map((node) => ({
      class: node.class,
      name: node.name,
      parent: node.parent,
      inputs: node.inputs.map((input) => input?.name ?? null),
      userKnobs: node.userKnobs,
      knobs: knobs(node),
      line: node.place.line,
    })),
    writes: writeTargets(script, path).map(
      ({ name, class: className, file, fileType, first, last, disabled, movie, views, line }) => ({
        name,
        class: className,
        file,
        fileType,
        first,
        last,
        disabled,
        movie,
        views,
        line,
      }),
    ),
    problems: script.problems,
  };
}

function knobs(node: ScriptNode | null): Record<string, string> {
  // Not assigned one by one: a knob may be named __proto__.
  return Object.fromEntries([...(node?.knobNames ?? [])].map((name) => [name, node?.knob(name) ?? ""]));
}

function writeTable(script: Script, path: string): string[] {
  const writes = writeTargets(script, path);
  const rows = writes.map((write) => [
    write.name,
    write.class,
    write.first === null ? "" : `${write.first}-${write.last ?? ""}`,
    write.fileType + (write.movie ? " (movie)" : ""),
    [write.disabled ? "disabled" : "", write.reading ? "reading" : ""]
      .filter((state) => state !== "")
      .join(", "),
    write.file,
  ]);
  const title = [
    `${path}${script.version === null ? "" : `, Nuke ${script.version}`}: ${script.nodes.length} nodes`,
  ];
  const listed =
    rows.length > 0 ? table(["Write", "class", "limit", "type", "state", "file"], rows) : ["no Write node"];
  const problems = script.problems.map(({ line, message }) => `line ${line}: ${message}`);
  return [...title, ...listed, ...problems, ""];
}
