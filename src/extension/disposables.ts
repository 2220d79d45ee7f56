import type { Disposable } from "vscode";

/** Holds what is to be disposed together; what arrives after the end is disposed at once. */
export class Disposables implements Disposable {
  readonly #held: Disposable[] = [];
  #ended = false;

  add<T extends Disposable>(one: T): T {
    if (this.#ended) one.dispose();
    else this.#held.push(one);
    return one;
  }

  dispose(): void {
    this.#ended = true;
    for (const one of this.#held.splice(0).reverse()) one.dispose();
  }
}
