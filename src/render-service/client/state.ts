/** The state folder, for clients that keep their own files in it. */
export { prepareStateFolder, requireOwnFolder, stateFolder, trustFile } from "../storage/state-folder.ts";
