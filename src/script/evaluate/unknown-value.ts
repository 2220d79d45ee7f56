/**
 * Why a value stays unknown: only Nuke has what it asks for; knobs refer to each other in a circle; or working it out would take more than
 * a script may take here.
 */
export type UnknownReason = "needs-nuke" | "circle" | "too-long" | "too-deep" | "too-many-steps";

/** A value that reading the script cannot tell. The message says what of it, in words that follow "because". */
export class UnknownValueError extends Error {
  readonly reason: UnknownReason;

  constructor(reason: UnknownReason, message: string) {
    super(message);
    this.name = "UnknownValueError";
    this.reason = reason;
  }
}

/** Text for a message: a name may be megabytes long. */
export function quoted(text: string): string {
  return `"${text.length > 80 ? `${text.slice(0, 79)}…` : text}"`;
}
