/** The stand-in for Nuke: takes its arguments, prints what it prints, writes real images. */
import { runSession } from "./session.ts";

process.exitCode = await runSession(process.argv.slice(2), process.env);
// A child of a test profile must not keep its parent: a Nuke ends when it has ended.
process.exit();
