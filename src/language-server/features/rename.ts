import { ErrorCodes, ResponseError, type WorkspaceEdit } from "vscode-languageserver";
import { namesOf } from "../../script/symbol-table.ts";
import { prepareNames } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { type Span, type Target, nameSpanOf, targetAt, variablePlaces } from "../core/symbol-at.ts";

/** Renames a node, in its knob and in every expression that names it; or a variable of the stack. */
export const renameFeature: Feature = {
  capabilities: { renameProvider: { prepareProvider: true } },
  register: ({ connection, scripts }) => {
    connection.onPrepareRename(async ({ textDocument, position }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document) await prepareNames(document, token);
      const target = document && targetAt(document.script, document.offsetAt(position));
      if (!document || !target || !canRename(document, target)) return null;
      const span = target.kind === "node" && target.at === "class" ? nameOf(document, target) : target.by;
      if (!span) return null;
      const placeholder = target.kind === "variable" ? target.use.variable : target.node.name;
      return { range: document.rangeAt(span.start, span.end), placeholder };
    });
    connection.onRenameRequest(async ({ textDocument, position, newName }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document) await prepareNames(document, token);
      const target = document && targetAt(document.script, document.offsetAt(position));
      if (!document || !target || !canRename(document, target)) return null;
      const { script } = document;
      check(newName);
      if (target.kind === "variable") return edits(document, variablePlaces(script, target.use), newName);
      const { node } = target;
      const names = namesOf(script);
      const other = names.child(node.group, newName);
      if (other && other !== node) {
        throw new ResponseError(
          ErrorCodes.InvalidParams,
          `There is already a node named ${newName} in ${node.parent === "" ? "the script" : node.parent}. Choose another name.`,
        );
      }
      const own = nameSpanOf(script, node);
      const uses = names.uses.filter((use) => use.node === node);
      return edits(document, [...(own ? [own] : []), ...uses], newName);
    });
  },
};

/** A node without a name has nothing to be renamed by. */
function canRename({ script }: NkDocument, target: Target): boolean {
  return target.kind === "variable" || nameSpanOf(script, target.node) !== null;
}

function nameOf({ script }: NkDocument, target: Target): Span | null {
  return target.kind === "node" ? nameSpanOf(script, target.node) : null;
}

/** @throws {ResponseError} for a name that Nuke would change. */
function check(name: string): void {
  if (/^[A-Za-z_]\w*$/u.test(name)) return;
  throw new ResponseError(
    ErrorCodes.InvalidParams,
    `"${name}" is not a valid node name. Use letters, digits and "_", and do not start with a digit.`,
  );
}

function edits(document: NkDocument, spans: readonly Span[], newText: string): WorkspaceEdit {
  const changes = spans.map(({ start, end }) => ({ range: document.rangeAt(start, end), newText }));
  return { changes: { [document.uri]: changes } };
}
