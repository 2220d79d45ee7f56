/** All features of the server. */
import { diagnosticsFeature } from "./diagnostics.ts";
import type { Feature } from "./feature.ts";
import { scriptFactsFeature } from "./script-facts.ts";

export const features: readonly Feature[] = [scriptFactsFeature, diagnosticsFeature];
