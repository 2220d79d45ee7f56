/** Tcl's `file …` (file(n)), as far as it looks at names and not at the disk. */
import { basename, dirname, extname, isAbsolute, posix } from "node:path";
import { UnknownValueError } from "./unknown-value.ts";

export function fileCommand(verb: string, args: readonly string[]): string {
  const [path = ""] = args;
  switch (verb) {
    case "dirname":
      return dirname(path);
    case "tail":
      return basename(path);
    case "rootname":
      return extname(path) === "" ? path : path.slice(0, -extname(path).length);
    case "extension":
      return extname(path);
    case "join":
      return joined(args);
    case "normalize":
      return posix.normalize(path);
    default:
      throw new UnknownValueError("needs-nuke", `"[file ${verb.slice(0, 40)} …]" is worked out by Nuke`);
  }
}

/** With one slash between two parts; an absolute part begins again. */
function joined(parts: readonly string[]): string {
  let pieces: string[] = [];
  for (const part of parts) {
    const last = pieces.at(-1) ?? "";
    if (isAbsolute(part) || (pieces.length < 2 && last === "")) {
      pieces = [part];
      continue;
    }
    if (last.endsWith("/")) pieces[pieces.length - 1] = last.slice(0, -1);
    pieces.push(`/${part}`);
  }
  return pieces.join("");
}
