/** How a computation grows with its input: a ratio of processor times, so that a slow or busy machine changes nothing. */

const ROUNDS = 3;

/**
 * How many times as much processor time four times the input takes: about 4 where it grows linearly, about 16 where it grows with the square.
 * The best of three rounds each. `run` gets the size and must do nothing else that grows.
 */
export function growthOfFourfold(size: number, prepare: (size: number) => () => void): number {
  const [small, large] = [prepare(size), prepare(size * 4)];
  // The first call compiles.
  small();
  return best(large) / Math.max(best(small), 1);
}

/** Between linear and the square. */
export const NEAR_LINEAR = 9;

function best(run: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...rounds);
}
