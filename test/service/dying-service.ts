/** A render service that is killed in the window between accepting a job and answering its client. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A runtime for services, the first of which kills itself (SIGKILL) as soon as the first line of a job's journal is on disk. Those that come
 * after it live.
 */
export async function dieBeforeAnswer(folder: string): Promise<{ path: string }> {
  const died = join(folder, "died once");
  const preload = join(folder, "die.mjs");
  await writeFile(
    preload,
    `import fs from "node:fs";
     import { syncBuiltinESMExports } from "node:module";
     const real = fs.fdatasyncSync;
     fs.fdatasyncSync = (file) => {
       real(file);
       if (fs.existsSync(${JSON.stringify(died)})) return;
       fs.writeFileSync(${JSON.stringify(died)}, "");
       process.kill(process.pid, "SIGKILL");
     };
     syncBuiltinESMExports();`,
  );
  const path = join(folder, "dying node");
  await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" --import "${preload}" "$@"\n`, {
    mode: 0o755,
  });
  return { path };
}
