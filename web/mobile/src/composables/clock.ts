// The server's time as far as the phone knows it: occurred-at of things done without a
// network must not depend on a phone whose clock is wrong.
let offset = 0

/** Called with `now` of each session answer. */
export function setServerNow(now: string | undefined): void {
  const at = now ? Date.parse(now) : Number.NaN
  if (!Number.isNaN(at)) offset = at - Date.now()
}

export const serverNow = (): number => Date.now() + offset
