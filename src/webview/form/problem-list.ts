import { type TemplateResult, html } from "lit";
import type { Problem } from "../../plan/render-plan.ts";
import { severityIcon } from "./icons.ts";

const fixLabels: Record<NonNullable<Problem["fix"]>, string> = {
  "create-folder": "Create Folder",
  "save-script": "Save Script",
  "render-saved-copy": "Render a Saved Copy",
  "choose-nuke": "Choose Nuke…",
  "use-demo-renderer": "Render Test Pictures",
  "render-needed": "Render Both in Order",
  "only-missing": "Render Only Missing",
};

type Fix = keyof typeof fixLabels;

/** What else can be done about it. */
const otherFix: Partial<Record<Fix, Fix>> = { "choose-nuke": "use-demo-renderer" };

/** What is in the way or is worth knowing, worst first, each with what can be done about it. */
export function problemList(
  problems: readonly Problem[],
  fix: (problem: Problem) => void,
  busy: boolean,
): TemplateResult {
  const order = ["error", "warning", "info"];
  const sorted = [...problems].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return html`<ul class="problems" id="problems" aria-label="Problems" aria-live="polite" tabindex="-1">
    ${sorted.map(
      (problem) =>
        html`<li class="problem ${problem.severity}" data-code=${problem.code}>
          ${severityIcon(problem.severity)}
          <span class="problem-text">${problem.message}</span>
          ${fixesOf(problem).map(
            (one) =>
              html`<vscode-button
                secondary
                class="fix"
                ?disabled=${busy}
                @click=${() => fix({ ...problem, fix: one })}
                >${fixLabels[one]}</vscode-button
              >`,
          )}
        </li>`,
    )}
  </ul>`;
}

function fixesOf({ fix }: Problem): Fix[] {
  if (fix === undefined) return [];
  const other = otherFix[fix];
  return other === undefined ? [fix] : [fix, other];
}
