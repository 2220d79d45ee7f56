import { type TemplateResult, html, svg } from "lit";
import type { MemorySum } from "../../plan/render-plan.ts";
import { displayMB } from "../../plan/text/size.ts";

/** What the Nukes take together against what they may take and what is free now; the numbers stand below in words. */
export function memoryBar(memory: MemorySum): TemplateResult {
  const { sumMB, budgetMB, freeMB, parallel, cacheMB, allowanceMB, fits } = memory;
  const whole = Math.max(sumMB, budgetMB, freeMB, 1) * 1.04;
  const at = (megabytes: number): string => `${((100 * megabytes) / whole).toFixed(2)}%`;
  const words = `${displayMB(sumMB)} for ${parallel === 1 ? "one Nuke" : `${parallel} Nukes`}, ${displayMB(budgetMB)} allowed, ${displayMB(freeMB)} free now`;
  return html`<figure class="memory ${fits ? "" : "over"}" id="memory">
    <figcaption>Memory</figcaption>
    <svg class="memory-bar" width="100%" height="14" role="img" aria-label=${words}>
      <rect class="track" x="0" y="3" width="100%" height="8" rx="2" />
      <rect class="sum" x="0" y="3" width=${at(sumMB)} height="8" rx="2" />
      ${mark("free-mark", at(freeMB))} ${mark("budget-mark", at(budgetMB))}
    </svg>
    <p class="memory-key">
      <span><i class="swatch sum"></i>${displayMB(sumMB)} needed</span>
      <span><i class="swatch budget"></i>${displayMB(budgetMB)} allowed</span>
      <span><i class="swatch free"></i>${displayMB(freeMB)} free now</span>
    </p>
    <p class="hint">${parallel} × (${displayMB(cacheMB)} cache + ${displayMB(allowanceMB)} allowance)</p>
  </figure>`;
}

function mark(name: string, at: string): TemplateResult<2> {
  return svg`<line class=${name} x1=${at} x2=${at} y1="0" y2="14" />`;
}
