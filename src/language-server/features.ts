/** All features of the server. */
import { callHierarchyFeature } from "./features/call-hierarchy.ts";
import { completionFeature } from "./completion/completion.ts";
import { definitionFeature } from "./features/definition.ts";
import { canonicalTextFeature } from "./features/canonical-text.ts";
import { diagnosticsFeature } from "./diagnostics/diagnostics.ts";
import { documentLinksFeature } from "./features/document-links.ts";
import type { Feature } from "./core/feature.ts";
import { foldingFeature } from "./features/folding-ranges.ts";
import { hoverFeature } from "./features/hover.ts";
import { outlineFeature } from "./features/document-symbols.ts";
import { highlightFeature, referencesFeature } from "./features/references.ts";
import { renameFeature } from "./features/rename.ts";
import { scriptFactsFeature } from "./features/script-facts.ts";
import { selectionRangesFeature } from "./features/selection-ranges.ts";
import { semanticTokensFeature } from "./semantic-tokens/semantic-tokens.ts";
import { workspaceSymbolsFeature } from "./features/workspace-symbols.ts";

export const features: readonly Feature[] = [
  scriptFactsFeature,
  diagnosticsFeature,
  canonicalTextFeature,
  definitionFeature,
  referencesFeature,
  highlightFeature,
  renameFeature,
  callHierarchyFeature,
  outlineFeature,
  foldingFeature,
  documentLinksFeature,
  hoverFeature,
  selectionRangesFeature,
  workspaceSymbolsFeature,
  completionFeature,
  semanticTokensFeature,
];
