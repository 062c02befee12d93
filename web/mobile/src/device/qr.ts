// QR codes, drawn and read from a photo of another phone's screen. A chunk of its own.
import encodeQR from 'qr'
import decodeQR from 'qr/decode.js'

/** An image address that needs no request. */
export const drawQR = (text: string): string =>
  `data:image/svg+xml,${encodeURIComponent(encodeQR(text, 'svg', { ecc: 'medium', border: 4 }))}`

/** Longest edge a photo is read at, px: enough for a code that fills a third of it. */
const EDGE = 1200

export async function readQR(photo: Blob): Promise<string | undefined> {
  const picture = await createImageBitmap(photo, { imageOrientation: 'from-image' })
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  try {
    return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height))
  } catch {
    return undefined // no code to be seen
  }
}
