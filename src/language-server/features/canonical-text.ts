import { fileURLToPath } from "node:url";
import { canonicalText } from "../../script/canonical.ts";
import { EncryptedScriptError, ScriptReadError, readScriptFile } from "../../script/read-script.ts";
import type { Script } from "../../script/script.ts";
import type { Disk } from "../core/disk.ts";
import { workOn } from "../core/activity.ts";
import type { Feature } from "../core/feature.ts";
import {
  type CanonicalTextResult,
  canonicalTextMethod,
  canonicalTextParamsSchema,
} from "../core/protocol.ts";

/** A script that an untrusted workspace does not make us read. */
class UntouchedScriptError extends Error {
  readonly reason = "not-trusted";
}

/** A script, open or on disk, one knob a line. What is open counts, saved or not. */
export const canonicalTextFeature: Feature = {
  capabilities: {},
  register: ({ connection, scripts, disk }) => {
    connection.onRequest(canonicalTextMethod, async (params: unknown): Promise<CanonicalTextResult> => {
      const { uri } = canonicalTextParamsSchema.parse(params);
      try {
        const script = scripts.get(uri)?.script ?? (await onDisk(uri, disk));
        if (script !== null) return { text: canonicalText(script), problem: null };
        return { text: null, problem: "This is not a readable Nuke script." };
      } catch (error) {
        if (
          error instanceof ScriptReadError ||
          error instanceof EncryptedScriptError ||
          error instanceof UntouchedScriptError
        )
          return { text: null, problem: error.message };
        throw error;
      }
    });
  },
};

async function onDisk(uri: string, disk: Disk): Promise<Script | null> {
  if (!uri.startsWith("file:")) return null;
  const path = fileURLToPath(uri);
  if (await disk.mayTouch(path)) return await readScriptFile(path, () => workOn(uri));
  throw new UntouchedScriptError(
    `${path} may be on another machine, and is not read until the workspace is trusted.`,
  );
}
