/** Exit codes of `nbr`. */
export const exitCodes = {
  allFramesOnDisk: 0,
  framesMissing: 1,
  badInput: 2,
  noLicense: 3,
  cancelled: 130,
  /** `nbr diff` answers as diff does, with 2 where it cannot tell. */
  equal: 0,
  different: 1,
} as const;

/** The command line cannot be understood; `nbr` prints the message and ends with 2. */
export class UsageError extends Error {
  readonly reason = "usage";
  /** Whose `--help` tells more. */
  readonly command: string | undefined;
  constructor(message: string, command?: string) {
    super(message);
    this.name = "UsageError";
    this.command = command;
  }
}
