// Photos taken on the phone: made smaller, stripped of EXIF (re-encoding drops
// position and device), sealed, and kept until the server has them. In a body
// that waits to be sent a photo stands as `photo:<id>`.
import { phoneStore } from './db'
import { openBytes, sealBytes, vaultOpen, VaultClosed } from './vault'
import { newIdempotencyKey as uuid } from '@linqiao/shared/api/client'

const LONGEST_EDGE = 1600 // px: text on a form stays readable
const MOST_BYTES = 400 * 1024
/** Size that keeps the proportions and fits the longest edge; never enlarges. */
export function fitted(width: number, height: number, edge = LONGEST_EDGE): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

const toBlob = (canvas: HTMLCanvasElement, quality: number) =>
  new Promise<Blob>((done, fail) =>
    canvas.toBlob((b) => (b ? done(b) : fail(new Error('canvas gave no picture'))), 'image/jpeg', quality))

/** Larger ones are refused before a browser of a small phone runs out of memory. */
const MOST_FILE = 100 * 1024 * 1024

/** A photo that cannot be taken, and why: the page has the words. */
export class PhotoRefused extends Error {
  constructor(readonly why: 'heic' | 'large' | 'broken') {
    super(why)
  }
}

/** HEIC as some phones store it: `ftyp` and a brand of the HEIF family. */
export async function isHEIC(file: Blob): Promise<boolean> {
  const head = new TextDecoder('latin1').decode(await file.slice(0, 32).arrayBuffer())
  return head.slice(4, 8) === 'ftyp' && /heic|heix|hevc|hevx|heim|heis|mif1|msf1/.test(head.slice(8))
}

/** Browsers that know HEIC convert it on the way; where one does not, its own words say
 *  what to do. */
async function open(file: Blob): Promise<ImageBitmap> {
  if (file.size > MOST_FILE) throw new PhotoRefused('large')
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    throw new PhotoRefused(await isHEIC(file) ? 'heic' : file.size > MOST_FILE / 5 ? 'large' : 'broken')
  }
}

export async function compress(file: Blob): Promise<Blob> {
  const picture = await open(file)
  const size = fitted(picture.width, picture.height)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  canvas.getContext('2d')!.drawImage(picture, 0, 0, size.width, size.height)
  picture.close()
  let out = await toBlob(canvas, 0.8)
  for (const quality of [0.65, 0.5, 0.4]) {
    if (out.size <= MOST_BYTES) break
    out = await toBlob(canvas, quality)
  }
  return out
}

export async function keepPhoto(account: string, photo: Blob): Promise<string> {
  if (!vaultOpen()) throw new VaultClosed()
  const body = await sealBytes(account, new Uint8Array(await photo.arrayBuffer()))
  const id = uuid()
  await phoneStore().photos.put({
    id, account, key: uuid(), classed: true, mime: photo.type || 'image/jpeg', made: Date.now(), body,
  })
  return id
}

export async function loadPhoto(id: string): Promise<Blob | undefined> {
  const row = await phoneStore().photos.get(id)
  if (!row) return undefined
  return new Blob([await openBytes(row.account, row.body)], { type: row.mime })
}

export async function dropPhotos(ids: string[]): Promise<void> {
  await phoneStore().photos.bulkDelete(ids)
}
