// Vite plugin: writes sw.js with the list of files that the phone keeps, so that
// the app opens without a network after its first load. The cache's name is a
// hash over that list: any changed file makes a new cache.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

interface Options {
  source: string
  /** Files of public/ that the app needs offline. */
  also?: string[]
  /** Never precached (other languages, source maps). */
  skip?: RegExp
}

export function serviceWorker({ source, also = [], skip = /\.map$|^\.vite\// }: Options): Plugin {
  return {
    name: 'linqiao-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const hash = createHash('sha256')
      const files = [...also]
      for (const [name, chunk] of Object.entries(bundle)) {
        if (skip.test(name)) continue
        hash.update(name).update(chunk.type === 'chunk' ? chunk.code : chunk.source)
        files.push(name)
      }
      if (!files.includes('index.html')) files.push('index.html')
      files.sort()
      const code = readFileSync(source, 'utf8')
        .replace('__FILES__', JSON.stringify(files))
        .replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 12)))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: code })
    },
  }
}
