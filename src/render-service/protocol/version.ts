/** This product's version, for services and clients to tell each other. */
import manifest from "../../../package.json" with { type: "json" };

export const productVersion: string = manifest.version;
