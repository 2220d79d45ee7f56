/** The render service's process: one for each user and machine, started by the first client that needs it. */
import { mainOptions } from "./daemon/environment-options.ts";
import { runService } from "./daemon/daemon.ts";

process.exitCode = await runService(mainOptions(process.env));
// Files that a client keeps open must not keep the process.
process.exit();
