/** For what may never answer, such as a file server that is gone. */

/** The result of `promise`, or of `instead` when that takes longer than `limitMs`; what comes later is dropped. */
export async function withTimeLimit<Result>(
  promise: Promise<Result>,
  limitMs: number,
  instead: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((settle) => {
    timer = setTimeout(() => settle(instead()), limitMs);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
