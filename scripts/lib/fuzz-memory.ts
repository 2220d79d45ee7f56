/** How much memory reading takes: V8's after a collection, and WebAssembly's, which no one collects. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface MemoryUse {
  readonly heap: number;
  readonly wasm: number;
}

const memories: WebAssembly.Memory[] = [];

/** Notes every WebAssembly memory that is made from now on; call it before the grammar is loaded. */
export function watchWasm(): void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
}

export function memoryUse(): MemoryUse {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let time = 0; time < 2; time++) collect();
  return { heap: process.memoryUsage().heapUsed, wasm: wasmBytes() };
}

export function wasmBytes(): number {
  return memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}
