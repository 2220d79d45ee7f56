import { nodeAt } from "../core/positions.ts";
import { basename, dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Location } from "vscode-languageserver";
import { namesOf } from "../../script/symbol-table.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { Disk } from "../core/disk.ts";
import { prepareNames } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import { pathOf } from "./script-facts.ts";
import type { WorkspaceScripts } from "../core/workspace-files.ts";
import { locationOf, mainSpanOf, targetAt, variableSpan } from "../core/symbol-at.ts";

/** From a name to its node, from a variable to what it holds, from a class to its gizmo, from a LiveGroup to its script. */
export const definitionFeature: Feature = {
  capabilities: { definitionProvider: true },
  register: ({ connection, scripts, workspace, disk }) => {
    connection.onDefinition(async ({ textDocument, position }, token): Promise<Location[] | null> => {
      const document = scripts.get(textDocument.uri);
      if (!document) return null;
      await prepareNames(document, token);
      const { script } = document;
      const offset = document.offsetAt(position);
      const target = targetAt(script, offset);
      const here = nodeAt(script, offset);
      if (target === null)
        return here ? await linkedScript(here, offset, pathOf(textDocument.uri), disk) : null;
      if (target.kind === "variable") {
        const { use } = target;
        if (use.node) return [locationOf(document, mainSpanOf(script, use.node))];
        const set = namesOf(script).variables.find(
          ({ kind, variable }) => kind === "set" && variable === use.variable,
        );
        return set ? [locationOf(document, variableSpan(script, set))] : null;
      }
      const { node, at } = target;
      if (at !== "class") return [locationOf(document, mainSpanOf(script, node))];
      if (node.cloneOf) return [locationOf(document, mainSpanOf(script, node.cloneOf))];
      return await gizmoOf(node.class, workspace);
    });
  },
};

/** The file of a class that is a gizmo; null where Nuke would find none. */
async function gizmoOf(className: string, workspace: WorkspaceScripts): Promise<Location[] | null> {
  const name = className.replace(/\.gizmo$/u, "");
  if (!/^[\w.]+$/u.test(name)) return null;
  for (const folder of workspace.gizmoFolders()) {
    for (const ending of ["gizmo", "nk"]) {
      const path = join(folder, `${name}.${ending}`);
      if ((await workspace.disk.stat(path))?.isFile()) return [topOf(path)];
    }
  }
  // Studios keep theirs in folders within folders.
  const deeper = (await workspace.files()).find((path) => basename(path) === `${name}.gizmo`);
  return deeper === undefined ? null : [topOf(deeper)];
}

/** On the `file` knob of a LiveGroup, Precomp or gizmo reference: that script. */
async function linkedScript(
  node: ScriptNode,
  offset: number,
  scriptPath: string,
  disk: Disk,
): Promise<Location[] | null> {
  const knob = node.knobPlace("file");
  if (!knob || offset < knob.start || offset > knob.end) return null;
  const value = node.knob("file") ?? "";
  if (!/\.(?:nk|gizmo)$/iu.test(value)) return null;
  const path = isAbsolute(value) || scriptPath === "" ? value : join(dirname(scriptPath), value);
  return (await disk.stat(path))?.isFile() ? [topOf(path)] : null;
}

function topOf(path: string): Location {
  const start = { line: 0, character: 0 };
  return { uri: pathToFileURL(path).href, range: { start, end: start } };
}
