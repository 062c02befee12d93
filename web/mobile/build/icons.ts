// Vite plugin: draws the app's icons as PNG from the one SVG of the repository. Android
// wants 192 and 512, a maskable one whose ground runs to the edges with the drawing in
// the inner four fifths, and iOS one of 180 without corners.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import type { Plugin } from 'vite'

interface Icon { file: string; size: number; /** The ground reaches the edges. */ full?: boolean }
export const ICONS: Icon[] = [
  { file: 'icon-192.png', size: 192 }, { file: 'icon-512.png', size: 512 },
  { file: 'maskable-512.png', size: 512, full: true }, { file: 'apple-touch-icon.png', size: 180, full: true },
]
/** Of the whole: what every mask leaves (W3C, maskable icons: a circle of four fifths). */
const SAFE = 0.8

/** The drawing on a ground without corners, small enough for any mask. */
export function unmasked(svg: string): string {
  const [, side = '64'] = /viewBox="0 0 (\d+) \d+"/.exec(svg) ?? []
  const ground = /<rect[^>]*fill="(#[0-9a-f]{6})"\/>/.exec(svg)
  if (!ground) throw new Error('the icon has no ground')
  const inner = svg.slice(svg.indexOf(ground[0]) + ground[0].length, svg.lastIndexOf('</svg>'))
  const shift = Number(side) * (1 - SAFE) / 2
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"><rect width="${side}" height="${side}" fill="${ground[1]}"/>`
    + `<g transform="translate(${shift} ${shift}) scale(${SAFE})">${inner}</g></svg>`
}

export function icons(source: string): Plugin {
  return {
    name: 'linqiao-icons',
    apply: 'build',
    async generateBundle() {
      await initWasm(readFileSync(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm'))).catch((cause: Error) => {
        if (!/already/i.test(cause.message)) throw cause
      })
      const svg = readFileSync(source, 'utf8')
      for (const { file, size, full } of ICONS) {
        const picture = new Resvg(full ? unmasked(svg) : svg, { fitTo: { mode: 'width', value: size } }).render()
        this.emitFile({ type: 'asset', fileName: file, source: picture.asPng() })
      }
    },
  }
}
