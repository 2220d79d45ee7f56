/** Whether one more Nuke fits into the memory of this machine. Pure. */

/** What one running Nuke counts for, MB. */
export interface Load {
  /** Its estimated need. */
  readonly needMB: number;
  /** What it was seen to hold. */
  readonly measuredMB: number;
}

export interface GateAnswer {
  readonly admitted: boolean;
  /** What the Nukes that run count for together, MB. */
  readonly takenMB: number;
  /** It needs more than the budget by itself; it may still run alone. */
  readonly overBudget: boolean;
}

export class MemoryGate {
  /** What all Nukes together may take, MB. */
  budgetMB: number;

  constructor(budgetMB: number) {
    this.budgetMB = budgetMB;
  }

  /** Decides whether a Nuke with an estimated need of `needMB` fits in addition to the running ones. One may always run. */
  judge(running: readonly Load[], needMB: number): GateAnswer {
    const takenMB = running.reduce((sum, load) => sum + Math.max(load.needMB, load.measuredMB), 0);
    const overBudget = needMB > this.budgetMB;
    return { admitted: running.length === 0 || takenMB + needMB <= this.budgetMB, takenMB, overBudget };
  }
}
