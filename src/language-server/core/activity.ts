/** Reports what this thread is working on to its supervisor: if it hangs or runs out of memory, that script is the cause. */

let announce: (uri: string) => void = () => {};
let current = "";

/** Calls the listener whenever the thread turns to another script. */
export function onActivity(listener: (uri: string) => void): void {
  announce = listener;
}

/** Names the script that is read or looked through from now on. */
export function workOn(uri: string): void {
  if (uri === current) return;
  current = uri;
  announce(uri);
}
