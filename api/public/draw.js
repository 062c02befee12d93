// Recomputes a draw from its published data, as docs/draw.md describes it. Plain
// JavaScript with its own SHA-256, so that it also runs where a page is served
// without TLS and the browser offers no hashing.

const K = new Uint32Array(64)
const START = new Uint32Array(8)
{
  const bits = x => Math.floor((x - Math.floor(x)) * 2 ** 32)
  let n = 0
  for (let p = 2; n < 64; p++) {
    let prime = true
    for (let d = 2; d * d <= p; d++) if (p % d === 0) prime = false
    if (!prime) continue
    if (n < 8) START[n] = bits(Math.sqrt(p))
    K[n++] = bits(Math.cbrt(p))
  }
}

const turn = (x, n) => (x >>> n) | (x << (32 - n))

/** SHA-256 of bytes, as bytes. */
export function sha256(bytes) {
  const size = (bytes.length + 72) >> 6 << 6
  const data = new Uint8Array(size)
  data.set(bytes)
  data[bytes.length] = 0x80
  const view = new DataView(data.buffer)
  view.setUint32(size - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(size - 4, bytes.length << 3)
  const state = START.slice()
  const w = new Uint32Array(64)
  for (let at = 0; at < size; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i)
    for (let i = 16; i < 64; i++) {
      const a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3)
      const b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10)
      w[i] = w[i - 16] + a + w[i - 7] + b
    }
    let [a, b, c, d, e, f, g, h] = state
    for (let i = 0; i < 64; i++) {
      const x = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0
      const y = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g; g = f; f = e; e = (d + x) | 0; d = c; c = b; b = a; a = (x + y) | 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] += x })
  }
  const out = new Uint8Array(32)
  state.forEach((x, i) => new DataView(out.buffer).setUint32(4 * i, x))
  return out
}

const utf8 = text => new TextEncoder().encode(text)
const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')
const joined = (a, b) => { const out = new Uint8Array(a.length + b.length); out.set(a); out.set(b, a.length); return out }

/** A function that gives the first eight bytes of HMAC-SHA256 of a text. */
function words(key) {
  const pad = byte => { const out = new Uint8Array(64).fill(byte); key.forEach((k, i) => { out[i] ^= k }); return out }
  const inner = pad(0x36), outer = pad(0x5c)
  return text => new DataView(sha256(joined(outer, sha256(joined(inner, utf8(text))))).buffer).getBigUint64(0)
}

/** The order of codes that a pool, a secret and a public number give. */
export function order(pool, secret, number, spread) {
  const seed = sha256(utf8(`linqiao-draw-1\n${secret}\n${hex(sha256(utf8(pool)))}\n${number}\n`))
  const word = words(seed)
  const groups = new Map()
  for (const line of pool.split('\n').slice(0, -1)) {
    const [code, weight, group] = line.split('\t')
    const name = spread ? group : ''
    if (!groups.has(name)) groups.set(name, { name, given: 0, left: 0n, in: [] })
    const g = groups.get(name)
    g.in.push({ code, weight: BigInt(weight) })
    g.left += BigInt(weight)
  }
  const all = [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const out = []
  for (let k = 0; ; k++) {
    const some = all.filter(g => g.left > 0n)
    if (!some.length) return out
    const least = Math.min(...some.map(g => g.given))
    const part = some.filter(g => g.given === least)
    const tickets = part.reduce((n, g) => n + g.left, 0n)
    const limit = 2n ** 64n - (2n ** 64n % tickets)
    let x = limit
    for (let attempt = 0; x >= limit; attempt++) x = word(`${k}.${attempt}`)
    x %= tickets
    for (const g of part) {
      if (x >= g.left) { x -= g.left; continue }
      const i = g.in.findIndex(e => { if (x < e.weight) return true; x -= e.weight; return false })
      const [e] = g.in.splice(i, 1)
      g.left -= e.weight
      g.given++
      out.push(e.code)
      break
    }
  }
}

/** What does not agree in published data; empty when all does. */
export function faults(proof) {
  const out = []
  if (hex(sha256(utf8(proof.pool))) !== proof.pool_hash) out.push('pool_hash')
  if (hex(sha256(utf8(proof.secret))) !== proof.commit) out.push('commit')
  if (proof.method === 'linqiao-draw-1' && order(proof.pool, proof.secret, proof.public ?? '', proof.spread).join() !== proof.order.join()) out.push('order')
  return out
}

if (typeof document !== 'undefined') {
  const place = document.getElementById('draw'), button = document.getElementById('draw-go'), result = document.getElementById('draw-result')
  const say = document.querySelector('script[data-same]').dataset
  button.hidden = false
  button.addEventListener('click', async () => {
    const wrong = faults(await (await fetch(place.dataset.proof)).json())
    result.textContent = wrong.length ? say.other + wrong.join(', ') : say.same
    result.hidden = false
  })
}
