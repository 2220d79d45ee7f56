/**
 * Where the demo renderer writes: a separate folder, with a subfolder for every Write. Planning and the demo renderer itself take
 * the files from here, so that plans, checks and searches for frames mean the very files that are written. Pure.
 */
import type { ScriptFacts, WriteTarget } from "../target.ts";

/** The folder next to a script that holds the test pictures of all scripts there. */
export const DEMO_FOLDER = "nuke-render-demo";

/** In the environment of the demo renderer: the folder of the script's test pictures. */
export const DEMO_FOLDER_VARIABLE = "NUKE_RENDER_DEMO_FOLDER";

/** Frame numbers and views in a name: without these, several files would become one. */
const token = /#|%0?\d{0,9}d|%[Vv]/u;

const LONGEST_NAME = 60;

/** The script with the files that the demo renderer writes for it. `folder`: absolute, of this script alone, without `#` and `%` in it. */
export function demoScript(script: ScriptFacts, folder: string): ScriptFacts {
  const taken = new Set<string>();
  return {
    ...script,
    writes: script.writes.map((write) => demoWrite(write, `${folder}/${folderName(write.name, taken)}`)),
  };
}

/** A name that no other Write of the script has, on file systems that ignore case too. */
function folderName(name: string, taken: Set<string>): string {
  const plain = plainName(name);
  let free = plain;
  for (let nth = 2; taken.has(free.toLowerCase()); nth++) free = `${plain}-${nth}`;
  taken.add(free.toLowerCase());
  return free;
}

/** A name without anything that means something in a path or in the name of a frame. */
export function plainName(name: string): string {
  return (
    name
      .slice(0, LONGEST_NAME)
      .replaceAll(/[^A-Za-z0-9_.-]+/gu, "_")
      .replace(/^\.+/u, "_") || "_"
  );
}

function demoWrite(write: WriteTarget, folder: string): WriteTarget {
  // What has no file name is an error in the demo as it is in Nuke.
  if (write.file.trim() === "") return write;
  const known = write.resolvedFile === null ? null : ownPart(write.resolvedFile);
  const shared = { ...write, proxyFile: "", createDirectories: true, renumbered: false, unresolved: null };
  return known === null
    ? { ...shared, ...standInName(write, folder) }
    : { ...shared, resolvedFile: `${folder}/${known}` };
}

/** What tells the files of one Write apart: their name, and the folders with a frame or a view in them. Null: there is no name. */
function ownPart(file: string): string | null {
  const parts = file.split(/[\\/]/u);
  const name = parts.pop() ?? "";
  if (name === "" || name === "." || name === "..") return null;
  return [...parts.filter((part) => token.test(part)), name].join("/");
}

/** A name for a Write whose own one only Nuke can work out. */
function standInName(
  { name, fileType, movie, views }: WriteTarget,
  folder: string,
): Pick<WriteTarget, "resolvedFile" | "fileType" | "frameToken" | "viewToken"> {
  const type = fileType === "" ? "png" : fileType;
  const viewToken = views.length > 1;
  const ending = /^(?:mov\d+|ffmpeg)$/u.test(type) ? "mov" : plainName(type);
  const parts = [plainName(name), ...(viewToken ? ["%V"] : []), ...(movie ? [] : ["####"]), ending];
  return { resolvedFile: `${folder}/${parts.join(".")}`, fileType: type, frameToken: !movie, viewToken };
}
