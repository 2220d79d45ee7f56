/** How a computation grows with its input: a ratio of processor times, so that a slow or busy machine changes nothing. */

const ROUNDS = 5;
/** Below this the system's own accounting is coarser than what is measured, microseconds. */
const LEAST_US = 40_000;

/**
 * How many times as much processor time four times the input takes: about 4 where it grows linearly, about 16 where it grows with the square.
 * The best of five rounds each, of as many runs as the measure needs. `run` gets the size and must do nothing else that grows.
 */
export function growthOfFourfold(size: number, prepare: (size: number) => () => void): number {
  const [small, large] = [prepare(size), prepare(size * 4)];
  // The first calls compile.
  for (let call = 0; call < 3; call++) small();
  let runs = 1;
  while (timeOf(small, runs) < LEAST_US) runs *= 2;
  return best(large, runs) / best(small, runs);
}

/** Between linear and the square. */
export const NEAR_LINEAR = 10;

function best(run: () => void, runs: number): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => timeOf(run, runs)));
}

function timeOf(run: () => void, runs: number): number {
  const before = process.cpuUsage();
  for (let time = 0; time < runs; time++) run();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}
