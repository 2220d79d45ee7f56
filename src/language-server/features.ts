/** All features of the server. */
import { callHierarchyFeature } from "./call-hierarchy.ts";
import { definitionFeature } from "./definition.ts";
import { canonicalTextFeature } from "./canonical-text.ts";
import { diagnosticsFeature } from "./diagnostics.ts";
import type { Feature } from "./feature.ts";
import { highlightFeature, referencesFeature } from "./references.ts";
import { renameFeature } from "./rename.ts";
import { scriptFactsFeature } from "./script-facts.ts";

export const features: readonly Feature[] = [
  scriptFactsFeature,
  diagnosticsFeature,
  canonicalTextFeature,
  definitionFeature,
  referencesFeature,
  highlightFeature,
  renameFeature,
  callHierarchyFeature,
];
