// Two-sided confirmation without a network: the facts as one text (a QR code), and the
// eight digits the other side gives back: seven of an HMAC-SHA256 of the facts under a
// key that only that account's phone and the server have, one that tells a slip of the
// finger (Luhn). app/confirm.go makes the same.
export interface Facts {
  /** Record. */
  r: string
  /** Move that is confirmed. */
  m: string
  at: string
  /** Stored values by field. */
  f: Record<string, unknown>
}

export const factsText = (facts: Facts): string => JSON.stringify({ r: facts.r, m: facts.m, at: facts.at, f: facts.f })

export function readFacts(text: string): Facts | undefined {
  try {
    const f = JSON.parse(text) as Facts
    return typeof f.r === 'string' && typeof f.m === 'string' && typeof f.at === 'string' && f.f && typeof f.f === 'object' ? f : undefined
  } catch {
    return undefined
  }
}

export function luhn(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let d = Number(digits[digits.length - 1 - i])
    if (i % 2 === 0 && (d *= 2) > 9) d -= 9
    sum += d
  }
  return String((10 - (sum % 10)) % 10)
}

/** Eight digits whose last one fits. */
export const codeFits = (code: string): boolean => /^\d{8}$/.test(code) && luhn(code.slice(0, 7)) === code[7]

export async function confirmCode(key: string, facts: string): Promise<string> {
  const bytes = new TextEncoder()
  const hmac = await crypto.subtle.importKey('raw', bytes.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = new DataView(await crypto.subtle.sign('HMAC', hmac, bytes.encode(facts)))
  const digits = String((mac.getBigUint64(0) >> 12n) % 10_000_000n).padStart(7, '0')
  return digits + luhn(digits)
}
