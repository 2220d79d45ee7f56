/** Which knobs hold Python. */

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
]);

/** Knobs whose whole value is Python. Those of the user's own say so where they are declared. */
export function isPythonKnob(name: string): boolean {
  return python.has(name);
}
