/** Checks of the Writes that need nothing but the script. */
import { frameTokenProblem, withHashes } from "../../plan/frames/frame-file.ts";
import type { ScriptFacts, WriteTarget } from "../../plan/target.ts";
import type { Script } from "../../script/script.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { Steps } from "../../script/steps.ts";
import type { Finding, Fix } from "./rules.ts";
import { endingOf, knobOrClass, valueSpan } from "./syntax-rules.ts";

/** `file_type` → endings that belong to it (nuke-cli.md 5.2). */
const endings: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    exr: ["exr", "sxr"],
    jpeg: ["jpg", "jpeg"],
    png: ["png"],
    tiff: ["tif", "tiff", "ftif", "ftiff"],
    dpx: ["dpx"],
    cin: ["cin"],
    targa: ["tga", "targa"],
    hdr: ["hdr", "hdri"],
    sgi: ["sgi", "rgb", "rgba"],
    mov: ["mov", "mp4", "m4v"],
    mxf: ["mxf"],
  }),
);
const typeOfEnding = new Map([...endings].flatMap(([type, all]) => all.map((ending) => [ending, type])));

/** `facts`: of this script. */
export function* writeChecks(script: Script, facts: ScriptFacts): Steps<Finding[]> {
  const byLine = new Map(script.nodes.map((node) => [node.place.line, node]));
  const findings: Finding[] = [];
  const paths = new Map<string, WriteTarget>();
  for (const write of facts.writes) {
    yield;
    const node = byLine.get(write.line);
    if (!node || write.disabled || write.reading) continue;
    findings.push(...oneWrite(script, node, write, facts.last > facts.first));
    const { resolvedFile } = write;
    if (resolvedFile === null) continue;
    const pattern = withHashes(resolvedFile);
    const other = paths.get(pattern);
    if (other) {
      findings.push({
        code: "same-path",
        ...knobOrClass(script, node, "file"),
        message: `${other.name} also writes to this path: their frames overwrite each other.`,
      });
    } else paths.set(pattern, write);
  }
  return findings;
}

function oneWrite(script: Script, node: ScriptNode, write: WriteTarget, severalFrames: boolean): Finding[] {
  const findings: Finding[] = [];
  const at = knobOrClass(script, node, "file");
  if (write.file.trim() === "") {
    const message = `${write.name} has no file: Nuke cannot render it.`;
    return [{ code: "write-without-file", ...at, message }];
  }
  const tooWide = frameTokenProblem(write.file);
  if (tooWide !== null) {
    const message = `${write.name} cannot write its files: ${tooWide}. Write #### or %04d.`;
    findings.push({ code: "frame-token-too-wide", ...at, message });
  }
  const single = write.first !== null && write.first === write.last;
  // What only Nuke can work out may well have one.
  if (!write.movie && !write.frameToken && severalFrames && !single && write.resolvedFile !== null) {
    const message = `${write.name} has no frame number in its name (#### or %04d): every frame would overwrite the previous one.`;
    findings.push({ code: "no-frame-token", ...at, message, ...tokenFix(script, node) });
  }
  const ending = endingOf(write.file);
  const allowed = endings.get(write.fileType);
  const type = typeOfEnding.get(ending);
  const written = valueSpan(node, "file_type");
  if (allowed && type !== undefined && written && !allowed.includes(ending)) {
    findings.push({
      code: "type-mismatch",
      ...written,
      message: `${write.name} writes ${write.fileType} to a file that ends with .${ending}.`,
      fix: { title: `Write ${type}`, kind: "edit", edits: [{ ...written, text: type }] },
    });
  }
  const [first, last] = [valueSpan(node, "first"), valueSpan(node, "last")];
  if (write.first !== null && write.last !== null && write.first > write.last && first && last) {
    const edits = [
      { ...first, text: String(write.last) },
      { ...last, text: String(write.first) },
    ];
    findings.push({
      code: "limit-reversed",
      ...first,
      message: `The first frame (${write.first}) is after the last (${write.last}): nothing would be rendered.`,
      fix: { title: "Swap them", kind: "edit", edits },
    });
  }
  const unknown = /%(?!0?\d*d|[vV]|%|\{)[^%/\\]?\w?/u.exec(write.file);
  if (unknown) {
    const message = `"${unknown[0]}" is not a token that Nuke knows: use %04d or #### for frames, %V or %v for views.`;
    findings.push({ code: "unknown-token", ...at, message });
  }
  return findings;
}

/** Puts #### before the ending, where the name is written plainly. */
function tokenFix(script: Script, node: ScriptNode): { fix?: Fix } {
  const span = valueSpan(node, "file");
  if (!span) return {};
  const raw = script.text.slice(span.start, span.end);
  const dot = /\.\w+["}]?$/u.exec(raw);
  if (!dot) return {};
  const at = span.start + dot.index;
  return {
    fix: { title: "Add a frame number (####)", kind: "edit", edits: [{ start: at, end: at, text: ".####" }] },
  };
}
