// Numbers as people type them. Basis points are typed as percent: 4.5 is 450.
const FULL_WIDTH = /[０-９．－]/g

const plain = (text: string): string => text
  .replace(FULL_WIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
  .replace(/[,，\s%％]/g, '')

/** The number, or undefined where the text is none (or is finer than the type allows). */
export function numberFromText(type: string, text: string): number | undefined {
  const clean = plain(text)
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(clean)) return undefined
  if (type !== 'bp') return Number(clean)
  const bp = Number(clean) * 100
  return Math.abs(bp - Math.round(bp)) < 1e-6 ? Math.round(bp) : undefined
}

export const textFromNumber = (type: string, n: number): string =>
  type === 'bp' ? String(Number((n / 100).toFixed(2))) : String(n)
