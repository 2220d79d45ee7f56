/** The form's page: loads the elements it is made of, opens the line to the host, and hands over to `RenderForm`. */
import "./form.css";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import {
  type FormReplies,
  type FromWebview,
  type ToWebview,
  formReplies,
  toWebviewSchema,
} from "../protocol.ts";
import { WireChannel } from "../wire-channel.ts";
import { submitKeys } from "./keys.ts";
import { RenderForm } from "./render-form.ts";
import { readSaved } from "./saved-state.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const root = document.getElementById("form");
if (!root) throw new Error("The page has no element with the id form.");

const channel = new WireChannel<FromWebview, ToWebview, FormReplies, unknown>({
  // This is VS Code's own function and no window's: it has no target origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  post: (envelope) => vscode.postMessage(envelope),
  incoming: toWebviewSchema,
  replies: formReplies,
  handlers: {
    state: ({ state }) => form.setState(state),
    facts: ({ facts, trusted }) => form.setFacts(facts, trusted),
    error: ({ message }) => form.tell(message, true),
  },
  report: (problem) => {
    console.error(problem);
    form.tell(problem, true);
  },
});
const form = new RenderForm({
  root,
  channel,
  saved: readSaved(vscode.getState()),
  save: (state) => vscode.setState(state),
});

window.addEventListener("message", (event: MessageEvent<unknown>) => channel.receive(event.data));
window.addEventListener("pagehide", () => form.flush());
submitKeys(window, { submit: () => void form.submit(), close: () => form.close() });
channel.send({ type: "ready" });
