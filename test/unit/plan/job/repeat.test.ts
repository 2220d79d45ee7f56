/** A render that is repeated is told what it was told the first time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planRender } from "../../../../src/plan/plan-render.ts";
import { type RenderPlan, renderPlanSchema } from "../../../../src/plan/render-plan.ts";
import { repeatOf } from "../../../../src/plan/job/repeat.ts";
import type { RenderRequest } from "../../../../src/plan/request.ts";
import { jobStatus } from "../../render-service/job-status.ts";
import { aRequest, someFacts } from "../plan-facts.ts";

const status = jobStatus({
  missingRanges: ["7-9x2", "40"],
  priority: 90,
  parallel: 3,
  script: "/p/my shot.nk",
});
/** As the service has it: read back from JSON. */
const kept = (plan: RenderPlan): RenderPlan => renderPlanSchema.parse(JSON.parse(JSON.stringify(plan)));

/** The words of every Nuke, without frames. */
const words = ({ command, warm }: RenderPlan): unknown => ({ command, warm });

test("its missing frames get the same Nuke and the same arguments, regardless of current settings and machine", () => {
  const requests: Partial<RenderRequest>[] = [
    {},
    { threads: 3, cacheMB: 900, views: ["left"], proxy: "proxy", continueOnError: true, retries: 0 },
    {
      extraArguments: ["-i", "--gpu", "0"],
      proxy: "full",
      whileRendering: "go-on",
      order: { by: "backward" },
    },
    { split: { by: "frames", size: 2 }, only: "missing", range: "1-50" },
    { warm: true, split: { by: "chunks", count: 2 }, deal: "auto" },
  ];
  for (const asked of requests) {
    const files = { Write1: [{ view: null, fresh: "", older: "", whole: null }] };
    const first = kept(planRender(aRequest(asked), someFacts({ files })));
    const repeat = repeatOf(first, status);
    assert.ok(repeat);
    const today = someFacts({
      nuke: repeat.nuke,
      whileRendering: "hold",
      machine: { cores: 2, totalMB: 9000, freeMB: 900, budgetMB: 6000, allowanceMB: 500 },
    });
    const again = planRender(repeat.request, today);
    assert.deepEqual(words(again), words(first), JSON.stringify(asked));
    assert.equal(again.frames, "7-9x2,40".replace(",", " "));
    assert.deepEqual(
      [again.nuke, again.order, again.retries, again.whileRendering, again.deal, again.continueOnError],
      [first.nuke, first.order, first.retries, first.whileRendering, first.deal, first.continueOnError],
    );
    assert.equal(again.priority, 90);
    assert.ok(again.parallel <= 3);
  }
});

test("what was passed over is passed over again; a plan of an earlier version cannot be repeated", () => {
  const plan = planRender(
    aRequest(),
    someFacts({ outputs: { Write1: [{ folder: "/out", exists: true, writable: false }] } }),
  );
  assert.deepEqual(repeatOf(plan, status)?.ignored, ["folder-not-writable"]);
  assert.equal(repeatOf({ ...plan, request: undefined }, status), null);
});
