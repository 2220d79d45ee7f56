/** How much is kept of what Nukes print, and of jobs that are over. Clients may change it while the service runs. */
export interface Keeping {
  /** A log of one stream of one Nuke that is longer, bytes, loses its middle. */
  logCapBytes: number;
  /** Jobs that ended longer ago are forgotten, days. */
  days: number;
}

const MB = 1024 * 1024;

/** Of each output stream of a Nuke, MB. */
export const LOG_CAP_MB = 64;
export const KEPT_DAYS = 14;

export const usualKeeping = (): Keeping => ({ logCapBytes: LOG_CAP_MB * MB, days: KEPT_DAYS });

/** What is absent stays as it is; null: the usual. */
export function keep(
  keeping: Keeping,
  {
    logCapMB,
    historyDays,
  }: { logCapMB?: number | null | undefined; historyDays?: number | null | undefined },
): void {
  if (logCapMB !== undefined) keeping.logCapBytes = (logCapMB ?? LOG_CAP_MB) * MB;
  if (historyDays !== undefined) keeping.days = historyDays ?? KEPT_DAYS;
}
