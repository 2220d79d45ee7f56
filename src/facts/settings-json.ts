/** The product's settings in the text of a settings file, which is JSON with comments. */
import { type Node, type ParseError, createScanner, getNodeValue, parseTree } from "jsonc-parser";
import { type SettingKey, settingKeys } from "./settings.ts";

/** `jsonc-parser` goes down one call for each level; no settings file is nested deeper than this. */
const DEEPEST = 64;

export type SettingValues = ReadonlyMap<SettingKey, unknown>;

export type SettingsText =
  /** `broken`: it is not valid JSON, and these are the settings that can still be read. */
  | { readonly kind: "settings"; readonly values: SettingValues; readonly broken: boolean }
  | { readonly kind: "unusable"; readonly why: string };

export function settingsOfText(text: string): SettingsText {
  const json = text.replace(/^\uFEFF/u, "");
  if (!isShallow(json)) return { kind: "unusable", why: `it is nested deeper than ${DEEPEST} levels` };
  const errors: ParseError[] = [];
  const tree = parseTree(json, errors, { allowTrailingComma: true });
  const values = new Map<SettingKey, unknown>();
  if (tree?.type === "object") {
    for (const { children = [] } of tree.children ?? []) {
      const [name, value] = children;
      const key = settingKeys.find((one) => name?.value === `nukeRender.${one}`);
      if (key !== undefined && value !== undefined) values.set(key, valueOf(value));
    }
  }
  return { kind: "settings", values, broken: errors.length > 0 };
}

/** Objects get own properties only: a key may be named __proto__. */
function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return getNodeValue(node);
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children: [name, value] = [] }) =>
      name === undefined || value === undefined ? [] : [[String(name.value), valueOf(value)]],
    ),
  );
}

function isShallow(text: string): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    // jsonc-parser's SyntaxKind is a const enum, which cannot be imported: 1 {, 2 }, 3 [, 4 ], 17 end.
    const token: number = scanner.scan();
    if (token === 17) return true;
    if (token === 1 || token === 3) depth++;
    if (token === 2 || token === 4) depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) return false;
  }
}
