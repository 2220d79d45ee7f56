/** Facts for planning tests: a workstation with 16 cores and 64 GB, and one Write. */
import type { PlanFacts } from "../../../src/plan/facts.ts";
import { type RenderRequest, renderRequestSchema } from "../../../src/plan/request.ts";
import type { WriteTarget } from "../../../src/plan/target.ts";

export function aWrite(changes: Partial<WriteTarget> = {}): WriteTarget {
  return {
    name: "Write1",
    class: "Write",
    file: "/out/a.%04d.exr",
    proxyFile: "",
    fileType: "exr",
    first: null,
    last: null,
    disabled: false,
    disabledByExpression: false,
    reading: false,
    movie: false,
    views: ["main"],
    viewToken: false,
    frameToken: true,
    renderOrder: 1,
    createDirectories: false,
    renumbered: false,
    needs: [],
    line: 10,
    resolvedFile: "/out/a.%04d.exr",
    unresolved: null,
    ...changes,
  };
}

export function someFacts(changes: Partial<PlanFacts> = {}, writes: WriteTarget[] = [aWrite()]): PlanFacts {
  return {
    script: {
      path: "/p/my shot.nk",
      version: "15.1 v5",
      first: 1,
      last: 100,
      views: ["main"],
      proxy: false,
      writes,
    },
    machine: { cores: 16, totalMB: 65_536, freeMB: 50_000, budgetMB: 55_000, allowanceMB: 2048 },
    nuke: { argv: ["/opt/Nuke15.1v5/Nuke15.1"], version: "15.1v5", demo: false },
    outputs: { Write1: [{ folder: "/out", exists: true, writable: true }] },
    createFolders: false,
    unsaved: false,
    warmFile: "/x/warm_nuke.py",
    cwd: "/p",
    ...changes,
  };
}

export function aRequest(changes: Partial<RenderRequest> = {}): RenderRequest {
  return renderRequestSchema.parse({ script: "/p/my shot.nk", write: "Write1", ...changes });
}
