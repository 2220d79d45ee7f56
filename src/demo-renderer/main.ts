/** The stand-in for Nuke: takes its arguments, prints what it prints, writes real images. */
import { runSession } from "./session.ts";

process.exitCode = await runSession(process.argv.slice(2), process.env);
// A child process of a test profile must not keep its parent alive.
process.exit();
