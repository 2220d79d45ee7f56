/** The side of the form that is shown: what renders here, or what goes to a farm. */
import type { TemplateResult } from "lit";
import type { FormState } from "../protocol.ts";
import { farmSide } from "./farm-side.ts";
import type { FormModel } from "./form-model.ts";
import { type Reading, rangeCodes } from "./reading.ts";
import { renderSide } from "./render-side.ts";

/** @param change makes a change of a field, and has it drawn and remembered. */
export function sideOf(
  reading: Reading,
  { mode, facts, farm }: FormState,
  model: FormModel,
  change: (apply: () => void) => void,
): TemplateResult {
  const { write, draft, read, farmDraft, readFarm, plan } = reading;
  const { script, machine } = facts;
  if (mode === "render")
    return renderSide({
      script,
      write,
      draft,
      errors: read.errors,
      plan,
      cores: machine.cores,
      change: (next) => change(() => model.change(reading, next)),
    });
  return farmSide({
    script,
    farm,
    engines: model.engines,
    draft: farmDraft,
    errors: readFarm.errors,
    plan,
    shared: read.options,
    rangeNote: plan.problems.find(({ code }) => rangeCodes.has(code))?.message,
    change: (next) => change(() => model.changeFarm(reading, next)),
  });
}
