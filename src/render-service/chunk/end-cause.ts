/** Why we ended a Nuke. Pure. */

/** `late`: it did not end after its render; `silent`: it had said nothing for so long (ms). */
export type EndCause =
  | { readonly kind: "cancelled" | "paused" | "stale-script" | "evicted" | "flooded" | "late" }
  | { readonly kind: "silent"; readonly silentMs: number };

/** What people want, and a script that cannot be trusted, count for more than what the service decided on its own. */
const ranks: Partial<Record<EndCause["kind"], number>> = { cancelled: 3, paused: 2, "stale-script": 1 };

/** The cause that holds when another one comes up: the first of those that count equally. */
export function addCause(before: EndCause | null, next: EndCause): EndCause {
  return before !== null && (ranks[before.kind] ?? 0) >= (ranks[next.kind] ?? 0) ? before : next;
}
