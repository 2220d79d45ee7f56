/** All features of the server. */
import { callHierarchyFeature } from "./call-hierarchy.ts";
import { completionFeature } from "./completion.ts";
import { definitionFeature } from "./definition.ts";
import { canonicalTextFeature } from "./canonical-text.ts";
import { diagnosticsFeature } from "./diagnostics.ts";
import { documentLinksFeature } from "./document-links.ts";
import type { Feature } from "./feature.ts";
import { foldingFeature } from "./folding.ts";
import { hoverFeature } from "./hover.ts";
import { outlineFeature } from "./outline.ts";
import { highlightFeature, referencesFeature } from "./references.ts";
import { renameFeature } from "./rename.ts";
import { scriptFactsFeature } from "./script-facts.ts";
import { selectionRangesFeature } from "./selection-ranges.ts";
import { semanticTokensFeature } from "./semantic-tokens.ts";
import { workspaceSymbolsFeature } from "./workspace-symbols.ts";

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
