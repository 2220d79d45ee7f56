/** The nodes of a script that render files, and what planning has to know of them. */
import { hasFrameToken, hasViewToken } from "../plan/frames/frame-file.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { type Expanded, FileNames, typePrefix } from "./file-name.ts";
import { GivenNames } from "./default-names.ts";
import { usesOwnName } from "./script-path-references.ts";
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";
import { type Steps, finish } from "./steps.ts";
import { splitList } from "./tcl/tcl-list.ts";
import { type WriteNeed, writeNeeds } from "./write-dependencies.ts";

export interface TargetOptions {
  /** For `[getenv …]` in file names. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Leaves out which Writes need which, and whether the script uses its own name: lenses are drawn with every edit, and show neither. */
  readonly brief?: boolean;
}

/** Types that hold a whole range in one file (nuke-cli.md 5.2; .abc, .fbx and .usd hold geometry over time). */
const movieTypes = new Set(
  "mov mov32 mov64 ffmpeg mxf mp4 m4v avi mkv webm mpg mpeg m2ts mts ogv wmv flv y4m gif abc fbx usd usda usdc usdz".split(
    " ",
  ),
);

const alwaysWrites = new Set(["Write", "DeepWrite", "WriteGeo", "GenerateLUT_Write"]);

/** Everything planning has to know of a script. `path`: absolute, as Nuke will be given it; empty when the script has none. */
export function scriptFacts(script: Script, path: string, options: TargetOptions = {}): ScriptFacts {
  return finish(scriptFactsInSteps(script, path, options));
}

/** The same, a few Writes at each step. */
export function* scriptFactsInSteps(
  script: Script,
  path: string,
  options: TargetOptions = {},
): Steps<ScriptFacts> {
  const targets = yield* targetsInSteps(script, path, options);
  return {
    path,
    version: script.version,
    first: frameKnob(script.root, "first_frame", 1),
    last: frameKnob(script.root, "last_frame", 100),
    views: rootViews(script.root),
    proxy: isTrue(script.root?.knob("proxy")),
    ownName: options.brief ? null : usesOwnName(script.text),
    ...targets,
  };
}

/** In file order; those inside groups too. */
export function writeTargets(script: Script, path: string, options: TargetOptions = {}): WriteTarget[] {
  return finish(targetsInSteps(script, path, options)).writes;
}

function* targetsInSteps(
  script: Script,
  path: string,
  { env = process.env, brief = false }: TargetOptions,
): Steps<Required<Pick<ScriptFacts, "writes" | "needsKnown">>> {
  const names = new GivenNames(script.nodes, isWrite);
  const writers = script.nodes.filter(isWrite);
  const fileNames = new FileNames(script, path, env);
  const expandedOf = (node: ScriptNode): Expanded => fileNames.expand(node.effectiveKnob("file") ?? "", node);
  const files = new Map<ScriptNode, Expanded>();
  for (const node of writers) {
    files.set(node, expandedOf(node));
    yield;
  }
  const noNeeds = new Map<ScriptNode, WriteNeed[]>();
  const found = brief ? noNeeds : yield* writeNeeds(script.nodes, files, (node) => expandedOf(node).file);
  const needs = found ?? noNeeds;
  const allViews = rootViews(script.root);
  const writes: WriteTarget[] = [];
  for (const node of writers) {
    yield;
    const knob = (name: string): string => node.effectiveKnob(name) ?? "";
    const file = knob("file");
    const expanded = files.get(node) ?? expandedOf(node);
    const fileType = typeOf(knob("file_type"), expanded.file ?? file);
    const limited = isTrue(knob("use_limit"));
    const disable = node.effectiveKnob("disable");
    writes.push({
      name: names.fullName(node),
      class: node.class,
      file,
      proxyFile: knob("proxy"),
      fileType,
      first: limited ? frameKnob(node, "first", 1) : null,
      last: limited ? frameKnob(node, "last", 1) : null,
      disabled: isTrue(disable),
      disabledByExpression: isExpression(disable),
      reading: isTrue(knob("reading")),
      movie: movieTypes.has(fileType),
      views: chosenViews(knob("views"), allViews),
      viewToken: hasViewToken(expanded.file ?? file),
      frameToken: hasFrameToken(expanded.file ?? file),
      renderOrder: Number.parseFloat(knob("render_order")) || 1,
      createDirectories: isTrue(knob("create_directories")),
      renumbered: knob("frame_mode") !== "" && knob("frame") !== "",
      needs: (needs.get(node) ?? []).map(({ write, reader }) => ({
        write: names.fullName(write),
        reader: reader.fullName || reader.class,
      })),
      line: node.place.line,
      resolvedFile: expanded.file,
      unresolved: expanded.why,
    });
  }
  return { writes, needsKnown: found !== null };
}

/** `Write`, `DeepWrite`, `WriteGeo`, and any node with `file` and `file_type` that does not read. */
export function isWrite(node: ScriptNode): boolean {
  if (alwaysWrites.has(node.class)) return true;
  if (!node.writesOrReadsFiles) return false;
  return !isReader(node.class);
}

/** Read, DeepRead, ReadGeo2, Camera3, Precomp …: classes that take a file in. */
function isReader(className: string): boolean {
  return /read|camera|precomp|axis|light|import|load|ocio|vectorfield|lut|audio|root|preferences|livegroup|livein/iu.test(
    className,
  );
}

function typeOf(written: string, file: string): string {
  const type = written.trim().toLowerCase();
  if (type !== "") return type;
  const prefix = typePrefix(file);
  if (prefix !== null && prefix.length > 1) return prefix;
  return /\.([a-z\d]+)$/iu.exec(file)?.[1]?.toLowerCase() ?? "";
}

function isTrue(value: string | undefined): boolean {
  return /^(?:true|1|yes|on)$/iu.test(value?.trim() ?? "");
}

/** Curves and expressions are written in braces, inside the braces of their value. */
function isExpression(value: string | undefined): boolean {
  const text = value?.trim() ?? "";
  return text !== "" && !/^(?:true|false|0|1|yes|no|on|off)$/iu.test(text);
}

function frameKnob(node: ScriptNode | null, name: string, otherwise: number): number {
  const value = Number.parseFloat(node?.effectiveKnob(name) ?? "");
  return Number.isFinite(value) ? Math.round(value) : otherwise;
}

/** The script's views: lines of `left #ff0000`, or, in older scripts, lists in lists. */
export function rootViews(root: ScriptNode | null): string[] {
  const value = root?.knob("views") ?? "";
  const names = (/\n|#[\da-f]{6}/iu.test(value) ? value.split("\n") : splitList(value))
    .map((line) => (/^\S+/u.exec(line.trim())?.[0] ?? "").replaceAll(/[{}"]/gu, ""))
    .filter((name) => name !== "");
  return names.length > 0 ? someViews([...new Set(names)]) : ["main"];
}

/** Characters in the names of all views: each Write has them again. */
const MOST_OF_VIEWS = 4000;

/** At most this many views. No show has more; a script made to fill memory may. */
function someViews(views: readonly string[]): string[] {
  let length = 0;
  return views.filter((view) => (length += view.length + 1) <= MOST_OF_VIEWS);
}

function chosenViews(value: string, all: readonly string[]): string[] {
  const names = splitList(value).filter((name) => name !== "");
  return names.length > 0 ? names : [...all];
}
