import { newIdempotencyKey } from './client'

/**
 * The key of an act a person may send again by pressing the button twice: the same content
 * keeps its key, so the server does it once; changed content is a new act with a new key.
 */
export function keyKeeper(): (body: unknown) => string {
  let last = '', key = ''
  return (body) => {
    const text = JSON.stringify(body) ?? ''
    if (!key || text !== last) key = newIdempotencyKey()
    last = text
    return key
  }
}
