import { type DocumentSymbol, SymbolKind } from "vscode-languageserver";
import { scanBody } from "../../script/tcl/body-scan.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { Steps } from "../../script/steps.ts";
import { detached } from "../../script/string-pool.ts";
import { isWrite } from "../../script/write-targets.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { firstLine } from "../core/labels.ts";
import { answer } from "../core/time-slicing.ts";
import { groupPlaces, perNode, valueOf } from "../core/positions.ts";

/** The outline and the breadcrumbs: Root, then all nodes, those of a group inside it. */
export const outlineFeature: Feature = {
  capabilities: { documentSymbolProvider: { label: "Nuke Script" } },
  register: ({ connection, scripts }) => {
    connection.onDocumentSymbol(async ({ textDocument }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      return await answer(document, token, outline(document));
    });
  },
};

function* outline(document: NkDocument): Steps<DocumentSymbol[]> {
  const { script } = document;
  const groups = groupPlaces(script);
  const top: DocumentSymbol[] = [];
  const children = new Map<ScriptNode, DocumentSymbol[]>();
  for (const node of script.root ? [script.root, ...script.nodes] : script.nodes) {
    const symbol = symbolOf(document, node, groups.get(node)?.end ?? node.place.end);
    if (groups.has(node)) {
      symbol.children = [];
      children.set(node, symbol.children);
    }
    const siblings = node.group === null ? top : (children.get(node.group) ?? top);
    siblings.push(symbol);
    yield;
  }
  return top;
}

function symbolOf(document: NkDocument, node: ScriptNode, end: number): DocumentSymbol {
  const { label, nameStart, nameEnd } = captionOf(document.script.text, node);
  const { start } = node.place;
  const [from, to] =
    nameEnd > 0 ? [start + nameStart, start + nameEnd] : [start, Math.min(node.body.start, end)];
  const detail = label === "" ? node.class : `${node.class} · ${label}`;
  // Root's name is where the script was saved last.
  const isRoot = node.class === "Root";
  return {
    name: isRoot ? "Root" : node.name.trim() || node.class || "clone",
    detail: isRoot ? node.name : node.cloneOf ? `${detail} (clone)` : detail,
    kind: symbolKind(node),
    range: document.rangeAt(start, end),
    selectionRange: document.rangeAt(from, to),
  };
}

/** The label's first line, and where the name stands, counted from the node. Found without looking at the other knobs. */
const captionOf = perNode((text, node) => {
  const { start } = node.place;
  const { body } = node;
  let label = "";
  let [nameStart, nameEnd] = [0, 0];
  scanBody(text, body.start, body.end, (from, to, valueStart, valueEnd) => {
    if (to - from === 5 && text.startsWith("label", from)) {
      label = valueOf(text, { name: "label", nameStart: from, nameEnd: to, valueStart, valueEnd });
    } else if (to - from === 4 && text.startsWith("name", from)) {
      [nameStart, nameEnd] = [valueStart - start, valueEnd - start];
    }
  });
  // It outlives the text it was read from.
  return { label: detached(firstLine(label)), nameStart, nameEnd };
});

const kinds: Readonly<Record<string, SymbolKind>> = {
  Root: SymbolKind.Module,
  Preferences: SymbolKind.Module,
  Group: SymbolKind.Namespace,
  Gizmo: SymbolKind.Namespace,
  LiveGroup: SymbolKind.Namespace,
  Precomp: SymbolKind.Namespace,
  BackdropNode: SymbolKind.Package,
  StickyNote: SymbolKind.String,
  Viewer: SymbolKind.Interface,
  Input: SymbolKind.Property,
  Output: SymbolKind.Property,
  Dot: SymbolKind.Null,
  NoOp: SymbolKind.Variable,
  Switch: SymbolKind.Enum,
  Constant: SymbolKind.Constant,
  CheckerBoard2: SymbolKind.Constant,
  ColorBars: SymbolKind.Constant,
  ColorWheel: SymbolKind.Constant,
};

/** What stands for a node in outlines and symbol lists. */
export function symbolKind(node: ScriptNode): SymbolKind {
  const kind = kinds[node.class];
  if (kind !== undefined) return kind;
  if (isWrite(node)) return SymbolKind.Event;
  if (/^(?:Deep)?Read|^Audio(?:Read|File)/u.test(node.class)) return SymbolKind.File;
  if (/^(?:Camera|Axis|Light|DirectLight|Spotlight|Scene|Card|Cube|Sphere|Cylinder|Geo)/u.test(node.class))
    return SymbolKind.Object;
  if (
    /^(?:Merge|ChannelMerge|DeepMerge|Copy|Keymix|Shuffle|Dissolve|Expression|MergeExpression)/u.test(
      node.class,
    )
  )
    return SymbolKind.Operator;
  return SymbolKind.Function;
}
