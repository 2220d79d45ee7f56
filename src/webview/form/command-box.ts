import { type TemplateResult, html } from "lit";
import { displayCommand } from "../../plan/command-line.ts";

export interface CommandBoxParts {
  readonly title: string;
  readonly argv: readonly string[];
  readonly copied: boolean;
  readonly copy: (text: string) => void;
}

/** A command line to read and copy. What runs are the words themselves, without a shell. */
export function commandBox({ title, argv, copied, copy }: CommandBoxParts): TemplateResult {
  const text = displayCommand(argv);
  return html`<section class="command" aria-label=${title}>
    <div class="command-head">
      <h2>${title}</h2>
      <vscode-button secondary id="copy" @click=${() => copy(text)}
        >${copied ? "Copied" : "Copy"}</vscode-button
      >
    </div>
    <pre id="command" tabindex="0">${text}</pre>
  </section>`;
}
