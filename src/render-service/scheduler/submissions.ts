/** Which job a submit became: one that is repeated, because its answer was lost, is the same job. */

export class Submissions {
  readonly #jobs = new Map<string, Promise<string>>();
  readonly #isKnown: (job: string) => boolean;

  /** @param isKnown whether a job is still there; those that were pruned are forgotten. */
  constructor(isKnown: (job: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** A job of an earlier service, or one that has ended. */
  know(submission: string | undefined, job: string): void {
    if (submission !== undefined) this.#jobs.set(submission, Promise.resolve(job));
  }

  /**
   * Accepts a job once, however often it is handed in. One that was refused may be handed in again.
   * @param accept accepts it; resolves with the job's id.
   * @returns whether it was accepted before.
   */
  async once(
    submission: string | undefined,
    accept: () => Promise<string>,
  ): Promise<{ job: string; repeated: boolean }> {
    const earlier = submission === undefined ? undefined : this.#jobs.get(submission);
    if (earlier !== undefined) {
      const job = await earlier;
      if (this.#isKnown(job)) return { job, repeated: true };
      // The first of several that wait here accepts it again.
      if (submission !== undefined && this.#jobs.get(submission) === earlier) this.#jobs.delete(submission);
      return this.once(submission, accept);
    }
    const accepting = accept();
    if (submission !== undefined) {
      this.#jobs.set(submission, accepting);
      accepting.catch(() => this.#jobs.delete(submission));
    }
    return { job: await accepting, repeated: false };
  }

  /** The job is not known any more. */
  forget(submission: string | undefined): void {
    if (submission !== undefined) this.#jobs.delete(submission);
  }
}
