/** The fields of the form: label, control, hint and error, bound to each other. */
import type { VscodeTextfield } from "@vscode-elements/elements/dist/vscode-textfield/index.js";
import { type TemplateResult, html, nothing } from "lit";
import { live } from "lit/directives/live.js";

interface FieldParts {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

export interface TextFieldParts extends FieldParts {
  readonly value: string;
  readonly placeholder?: string | undefined;
  readonly disabled?: boolean;
  /** Values offered next to the field. */
  readonly offers?: readonly string[];
  readonly set: (text: string) => void;
}

export function textField(parts: TextFieldParts): TemplateResult {
  const { id, label, value, placeholder, disabled = false, offers = [], error, set } = parts;
  const control = html`<vscode-textfield
    id=${id}
    .label=${label}
    .value=${live(value)}
    placeholder=${placeholder ?? ""}
    ?disabled=${disabled}
    ?invalid=${error !== undefined}
    data-described=${describedAs(parts)}
    autocomplete="off"
    @input=${(event: Event) => set(textOf(event))}
  ></vscode-textfield>`;
  if (offers.length === 0) return field(parts, control);
  const offer = (text: string): TemplateResult =>
    html`<button
      type="button"
      class="offer"
      aria-label="${label}: ${text}"
      aria-pressed=${value === text}
      @click=${() => set(text)}
    >
      ${text}
    </button>`;
  return field(parts, html`<div class="with-offers">${control}${offers.map((text) => offer(text))}</div>`);
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

export interface SelectParts extends FieldParts {
  readonly value: string;
  /** The same array as long as it holds the same. */
  readonly options: readonly Option[];
  readonly set: (value: string) => void;
}

export function selectField(parts: SelectParts): TemplateResult {
  const { id, label, value, options, set } = parts;
  const changed = (event: Event): void => {
    if (event.target instanceof HTMLElement && "value" in event.target) set(String(event.target.value));
  };
  return field(
    parts,
    html`<vscode-single-select
      id=${id}
      .label=${label}
      .options=${options}
      .value=${live(value)}
      @change=${changed}
    ></vscode-single-select>`,
  );
}

export interface CheckParts {
  readonly id: string;
  readonly label: string;
  readonly checked: boolean;
  readonly toggle?: boolean;
  readonly hint?: string;
  readonly set: (checked: boolean) => void;
}

export function checkField({ id, label, checked, toggle = false, hint, set }: CheckParts): TemplateResult {
  const changed = (event: Event): void => {
    if (event.target instanceof HTMLElement && "checked" in event.target) set(event.target.checked === true);
  };
  return html`<div class="field">
    <vscode-checkbox
      id=${id}
      label=${label}
      ?toggle=${toggle}
      .checked=${live(checked)}
      @change=${changed}
    ></vscode-checkbox>
    ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
  </div>`;
}

export interface SegmentParts extends FieldParts {
  readonly value: string;
  readonly options: readonly Option[];
  readonly disabled: boolean;
  readonly set: (value: string) => void;
  /** What belongs to the choice, in one line with it. */
  readonly beside: TemplateResult;
}

/** A few choices side by side: radio buttons of the browser's own, so that arrow keys and screen readers know them. */
export function segments(parts: SegmentParts): TemplateResult {
  const { id, label, value, options, disabled, set, beside, hint, error } = parts;
  const one = (option: Option): TemplateResult =>
    html`<label class="segment"
      ><input
        type="radio"
        id="${id}-${option.value}"
        name=${id}
        value=${option.value}
        .checked=${live(option.value === value)}
        ?disabled=${disabled}
        @change=${() => set(option.value)}
      /><span>${option.label}</span></label
    >`;
  return html`<div class="field" role="radiogroup" aria-labelledby="${id}-label">
    <span class="label" id="${id}-label">${label}</span>
    <div class="segmented">
      <div class="segment-row">${options.map((option) => one(option))}</div>
      ${beside}
    </div>
    ${belowField(id, hint, error)}
  </div>`;
}

/** A field's control with its label, hint and error around it. */
export function field({ id, label, hint, error }: FieldParts, control: TemplateResult): TemplateResult {
  return html`<div class="field">
    <label class="label" for=${id}>${label}</label>
    ${control} ${belowField(id, hint, error)}
  </div>`;
}

/** The error takes the hint's place; its element is always there, or screen readers would not watch it. */
export function belowField(id: string, hint: string | undefined, error: string | undefined): TemplateResult {
  return html`${hint === undefined || error !== undefined ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>`}
    <p class="field-error" id="${id}-error" aria-live="polite">${error ?? ""}</p>`;
}

function describedAs({ hint, error }: FieldParts): string {
  return error ?? hint ?? "";
}

/** Ids do not reach into an element's own tree, so hints and errors are handed to the input inside. */
export function describeInputs(root: HTMLElement): void {
  for (const element of root.querySelectorAll<VscodeTextfield>("vscode-textfield")) {
    void element.updateComplete.then(() => {
      const input = element.wrappedElement;
      input.setAttribute("aria-description", element.dataset.described ?? "");
      input.setAttribute("aria-invalid", String(element.invalid));
      input.spellcheck = false;
    });
  }
}

function textOf(event: Event): string {
  return event.target instanceof HTMLElement && "value" in event.target ? String(event.target.value) : "";
}
