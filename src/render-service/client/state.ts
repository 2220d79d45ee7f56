/** The state folder, for clients that keep something of their own in it. */
export { prepareStateFolder, requireOwnFolder, stateFolder, trustFile } from "../storage/state-folder.ts";
