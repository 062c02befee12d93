// Photos inside a body that waits to be sent: they stand as `photo:<id>` until the
// server has them. Pure functions, no store.
const MARK = 'photo:'

export const localPhoto = (id: string): string => MARK + id
export const isLocalPhoto = (v: unknown): v is string => typeof v === 'string' && v.startsWith(MARK)
export const localPhotoId = (v: string): string => v.slice(MARK.length)

/** Every local photo named anywhere in a body, in order, each once. */
export function photosIn(value: unknown, found: string[] = []): string[] {
  if (isLocalPhoto(value)) {
    const id = localPhotoId(value)
    if (!found.includes(id)) found.push(id)
  } else if (Array.isArray(value)) {
    for (const v of value) photosIn(v, found)
  } else if (value && typeof value === 'object') {
    for (const v of Object.values(value)) photosIn(v, found)
  }
  return found
}

/** The same body with each local photo replaced by the attachment it became. */
export function withAttachments<T>(value: T, attachments: Map<string, string>): T {
  if (isLocalPhoto(value)) return (attachments.get(localPhotoId(value)) ?? value) as T
  if (Array.isArray(value)) return value.map((v) => withAttachments(v, attachments)) as T
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withAttachments(v, attachments)])) as T
  }
  return value
}
