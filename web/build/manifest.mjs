// Reads Vite's manifest and says what a page must fetch: the closure of static imports.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export function readBuild(dist) {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
  return { dist, manifest }
}

/** All chunks that the named ones import statically, themselves included. */
export function closure({ manifest }, names) {
  const seen = new Set()
  const walk = (name) => {
    if (seen.has(name) || !manifest[name]) return
    seen.add(name)
    for (const next of manifest[name].imports ?? []) walk(next)
  }
  names.forEach(walk)
  return seen
}

/** Bytes over the wire with brotli. */
export function weight(dist, file) {
  const packed = join(dist, `${file}.br`)
  return statSync(existsSync(packed) ? packed : join(dist, file)).size
}

/** Brotli bytes of the JS and the CSS of a set of chunks. */
export function sum({ dist, manifest }, names) {
  const js = new Set(), css = new Set()
  for (const name of names) {
    const chunk = manifest[name]
    if (chunk.file.endsWith('.js')) js.add(chunk.file)
    if (chunk.file.endsWith('.css')) css.add(chunk.file)
    for (const file of chunk.css ?? []) css.add(file)
  }
  const total = files => [...files].reduce((n, f) => n + weight(dist, f), 0)
  return { js: total(js), css: total(css) }
}

/** Chunks whose source path matches. */
export const find = ({ manifest }, pattern) => Object.keys(manifest).filter(name => pattern.test(manifest[name].src ?? name))
