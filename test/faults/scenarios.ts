/** All faults, by name. */
import { twoClients } from "./client-faults.ts";
import { damageState } from "./damage-faults.ts";
import { fillDisk, fillState, readOnlyDisk } from "./disk-faults.ts";
import { openHostileScript } from "./editor-faults.ts";
import { killClient, killNuke, stopNuke } from "./nuke-faults.ts";
import type { Scenario } from "./scenario.ts";
import { cutJournal, endService, killService, killWarmService, setClock } from "./service-faults.ts";

export const scenarios: Readonly<Record<string, Scenario>> = {
  "kill-service": killService,
  "kill-service-warm": killWarmService,
  "cut-journal": cutJournal,
  "damage-state": damageState,
  "end-service": endService,
  "kill-nuke": killNuke,
  "stop-nuke": stopNuke,
  "kill-client": killClient,
  "two-clients": twoClients,
  "set-clock": setClock,
  "fill-disk": fillDisk,
  "fill-state": fillState,
  "read-only-disk": readOnlyDisk,
  "hostile-script": openHostileScript,
};
