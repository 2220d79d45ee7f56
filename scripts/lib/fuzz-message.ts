/** What the fuzzer's worker reports to its parent. */
export type FuzzMessage =
  | { readonly type: "case"; readonly seed: number }
  | {
      readonly type: "failure";
      readonly seed: number;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly type: "end";
      readonly cases: number;
      readonly characters: number;
      readonly wasm: number;
    };
