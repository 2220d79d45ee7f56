/** Code inside knobs: which knobs hold Python, and what it is without Tcl's backslashes. */

const python = new Set([
  "knobChanged",
  "onCreate",
  "onDestroy",
  "onScriptLoad",
  "onScriptSave",
  "onScriptClose",
  "updateUI",
  "autolabel",
  "beforeRender",
  "beforeFrameRender",
  "afterFrameRender",
  "afterRender",
  "afterBackgroundRender",
  "afterBackgroundFrameRender",
  "beforeBackgroundRender",
  "renderProgress",
  "filenameFilter",
]);

/** Knobs whose whole value is Python. Those of the user's own say so where they are declared. */
export function isPythonKnob(name: string): boolean {
  return python.has(name);
}

/** Code as it runs, and where each of its characters is written. */
export interface EmbeddedCode {
  readonly code: string;
  /** Offset in the text of a character of the code; of its end, too. */
  readonly offsetOf: (index: number) => number;
}

const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** `escaped`: a backslash and the character after it are one, as in quotes; in braces they are two. */
export function embeddedCode(text: string, start: number, end: number, escaped: boolean): EmbeddedCode {
  const written = text.slice(start, end);
  if (!escaped || !written.includes("\\")) return { code: written, offsetOf: (index) => start + index };
  const offsets: number[] = [];
  let code = "";
  for (let at = start; at < end; at++) {
    offsets.push(at);
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < end) {
      at++;
      code += letters[text.charAt(at)] ?? text.charAt(at);
    } else {
      code += character;
    }
  }
  return { code, offsetOf: (index) => offsets[index] ?? end };
}
