/** What the kernel tells of a service's process (proc(5)); Linux only. */
import { readFileSync } from "node:fs";

/** Clock ticks a second (sysconf(_SC_CLK_TCK)), the same on every Linux. */
const TICKS = 100;

/** Processor seconds a process has taken so far. */
export function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(words[11]) + Number(words[12])) / TICKS;
}

/** Resident memory of a process, MB. */
export function residentMB(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kilobytes) / 1024;
}
