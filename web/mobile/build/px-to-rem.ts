// PostCSS plugin: lengths in px become rem, so that one switch at the root (长辈版)
// makes everything grow together, the component library's bars too. 16 px are one
// rem at the ordinary size. Hairlines (up to 1 px) stay.
import type { Plugin } from 'postcss'

export const ROOT = 16

export function pxToRem(): Plugin {
  const px = /(-?\d*\.?\d+)px\b/g
  return {
    postcssPlugin: 'px-to-rem',
    Declaration(declaration) {
      if (!declaration.value.includes('px') || declaration.value.includes('url(')) return
      declaration.value = declaration.value.replace(px, (whole, n: string) =>
        Math.abs(Number(n)) <= 1 ? whole : `${Number((Number(n) / ROOT).toFixed(4))}rem`)
    },
  }
}
