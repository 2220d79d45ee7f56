/** Small pictures drawn here, so that no icon font has to be shipped. */
import { type TemplateResult, html, svg } from "lit";
import type { Problem } from "../../plan/render-plan.ts";

const drawings: Record<Problem["severity"], { label: string; shape: TemplateResult<2> }> = {
  error: {
    label: "Error",
    shape: svg`<circle cx="8" cy="8" r="6.5" /><path d="M5.5 5.5l5 5m0-5l-5 5" />`,
  },
  warning: {
    label: "Warning",
    shape: svg`<path d="M8 1.8L14.8 14H1.2z" stroke-linejoin="round" /><path d="M8 6v4m0 1.3v1.2" />`,
  },
  info: {
    label: "Note",
    shape: svg`<circle cx="8" cy="8" r="6.5" /><path d="M8 7v4.5M8 4.3v1.4" />`,
  },
};

export function severityIcon(severity: Problem["severity"]): TemplateResult {
  const { label, shape } = drawings[severity];
  return html`<svg
    class="icon ${severity}"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    role="img"
    aria-label=${label}
  >
    ${shape}
  </svg>`;
}
