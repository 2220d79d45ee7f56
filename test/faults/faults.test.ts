/** A few of each fault, at moments that are new each time; `npm run soak` does a thousand. */
import { test } from "node:test";
import { scenarios } from "./scenarios.ts";
import { randomFrom } from "./scenario.ts";

const TIMES = 3;

for (const [name, scenario] of Object.entries(scenarios))
  for (let time = 0; time < TIMES; time++) {
    const seed = Math.floor(Math.random() * 2 ** 30);
    test(`${name}, seed ${seed}`, () => scenario(randomFrom(seed)));
  }
