/** The keys that mean the same everywhere in the form. */

export interface FormKeys {
  readonly submit: () => void;
  readonly close: () => void;
}

const enterSubmits = "vscode-textfield, vscode-checkbox, input[type=radio]";

/** Ctrl+Enter (Cmd+Enter) anywhere and Enter in a field submit; Esc closes, unless it closes an open list. */
export function submitKeys(window: Window, { submit, close }: FormKeys): void {
  // Before the elements see the key: a button would take Ctrl+Enter for a click.
  window.addEventListener(
    "keydown",
    (event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.isComposing) return;
      if (
        event.key === "Enter" &&
        (event.ctrlKey || event.metaKey || target?.matches(enterSubmits) === true)
      ) {
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat) submit();
      } else if (event.key === "Escape" && (target?.closest("vscode-single-select[open]") ?? null) === null) {
        event.stopPropagation();
        close();
      }
    },
    { capture: true },
  );
}
