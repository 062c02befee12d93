import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('styles/tokens.css', 'utf8')
const token = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(css)![1]!

/** Relative luminance and contrast of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(token(a)), luminance(token(b))].sort((m, n) => n - m)
  return (x! + 0.05) / (y! + 0.05)
}

describe('tokens', () => {
  const texts: [string, string[]][] = [
    ['ink', ['surface', 'paper', 'surface-2', 'brand-soft', 'danger-soft', 'warn-soft']],
    ['ink-2', ['surface', 'paper', 'surface-2', 'brand-soft']],
    ['ink-3', ['surface', 'paper', 'surface-2']],
    ['brand', ['surface', 'paper', 'brand-soft']], ['brand-hover', ['surface', 'brand-soft']],
    ['danger', ['surface', 'danger-soft']], ['warn', ['surface', 'warn-soft']], ['ok', ['surface', 'ok-soft']],
    ['info', ['surface', 'info-soft']], ['quiet', ['surface', 'quiet-soft', 'surface-2']], ['on-strong', ['brand', 'brand-hover', 'danger', 'ok']],
  ]
  for (const [ink, grounds] of texts) {
    it.each(grounds)(`${ink} on %s is readable`, ground => expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5))
  }
  it.each(['surface', 'paper', 'surface-2'])('borders of controls show on %s', ground => expect(contrast('line-strong', ground)).toBeGreaterThanOrEqual(3))
})
