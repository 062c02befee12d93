// Ends with 0 when what package-lock.json names is installed: a pull that brings a new
// package is noticed before the build fails over it.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (name) => JSON.parse(readFileSync(join(web, name), 'utf8')).packages
const asked = read('package-lock.json')
const has = existsSync(join(web, 'node_modules/.package-lock.json')) ? read('node_modules/.package-lock.json') : {}
const missing = Object.entries(asked).filter(([name, p]) =>
  name.startsWith('node_modules/') && !p.link && !p.optional && has[name]?.version !== p.version)
for (const [name, p] of missing.slice(0, 5)) console.error(`${name} ${p.version} is not installed`)
process.exit(missing.length ? 1 : 0)
