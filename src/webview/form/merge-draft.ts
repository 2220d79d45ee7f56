/** What a field changed since the form was drawn, on top of what others have changed since then: a busy machine draws late. */
export function merged<Draft extends object>(latest: Draft, drawn: Draft, next: Draft): Draft {
  const changed = Object.entries(next).filter(([key, value]) => value !== Reflect.get(drawn, key));
  return Object.assign({ ...latest }, Object.fromEntries(changed));
}
