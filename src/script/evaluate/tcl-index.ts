import { UnknownValueError, quoted } from "./unknown-value.ts";

/** What Tcl's indices mean in something of a length: `3`, `end`, `end-1`. @throws {UnknownValueError} for sums and the like. */
export function tclIndex(text: string, length: number): number {
  const fromEnd = /^end(?:\s*([+-]\d+))?$/u.exec(text);
  if (fromEnd) return length - 1 + Number(fromEnd[1] ?? 0);
  if (/^-?\d+$/u.test(text)) return Number(text);
  throw new UnknownValueError("needs-nuke", `the index ${quoted(text)} is worked out by Nuke`);
}
