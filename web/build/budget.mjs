// Fails when a build is heavier than the byte budgets of docs (brotli):
// node build/budget.mjs [console|mobile]
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closure, find, readBuild, sum, weight } from './manifest.mjs'

const web = join(dirname(fileURLToPath(import.meta.url)), '..')
const KB = 1000

const checks = []
const check = (what, bytes, limit) => checks.push({ what, bytes, limit: limit * KB })

function route(build, base, name, limit, label = name) {
  const extra = [...closure(build, [name])].filter(n => !base.has(n))
  check(label, sum(build, extra).js, limit)
}

/** The map page with all that it fetches: its own code, the map's, and the map's worker, which no import names. */
function mapRoute(build, shell, name) {
  const all = closure(build, [name, ...find(build, /pages\/map\/MapPage\.vue$/)])
  const total = sum(build, [...all].filter(n => !shell.has(n)))
  const assets = join(web, 'console/dist/assets')
  const worker = readdirSync(assets).filter(f => /^maplibre-gl-worker.*\.js$/.test(f)).reduce((n, f) => n + weight(assets, f), 0)
  check('console: map route with its worker, JS', total.js + worker, 380)
}

function consoleBudget() {
  const build = readBuild(join(web, 'console/dist'))
  const first = closure(build, ['index.html', ...find(build, /pages\/record\/RecordList\.vue$/)])
  const total = sum(build, first)
  check('console: first table page, JS', total.js, 200)
  check('console: first table page, CSS', total.css, 20)
  const shell = closure(build, ['index.html'])
  // The dialogs of moves (date picker, remote selects) come only when one is opened.
  for (const name of find(build, /src\/(pages|components)\/.*\.vue$/)) {
    if (!build.manifest[name].isDynamicEntry) continue
    route(build, shell, name, /chart/i.test(name) ? 215 : /GlMap/.test(name) ? 380 : 60, `console: ${name.replace(/^src\//, '')}`)
  }
  for (const name of find(build, /GlMap\.vue$/)) mapRoute(build, shell, name)
  for (const name of find(build, /rule\/evaluator\.ts$/)) check('console: rule evaluator', sum(build, closure(build, [name])).js, 60)
}

function mobileBudget() {
  const dist = join(web, 'mobile/dist')
  const build = readBuild(dist)
  const home = find(build, /src\/pages\/(home\/)?Home[^/]*\.vue$/i)
  const first = closure(build, ['index.html', ...home])
  const total = sum(build, first)
  const html = weight(dist, 'index.html')
  check('mobile: first view, JS', total.js, 90)
  check('mobile: first view, CSS', total.css, 35)
  check('mobile: first view, all', total.js + total.css + html, 130)
  const evaluators = new Set(find(build, /rule\/evaluator\.ts$/))
  for (const name of Object.keys(build.manifest)) {
    if (!build.manifest[name].isDynamicEntry || first.has(name) || evaluators.has(name)) continue
    route(build, first, name, 40, `mobile: ${name.replace(/^src\//, '')}`)
  }
  for (const name of evaluators) {
    const own = [...closure(build, [name])].filter(n => !first.has(n))
    check('mobile: rule evaluator', sum(build, own).js, 60)
  }
  const precached = readdirSync(dist, { recursive: true }).map(String)
    .filter(f => /\.(js|css|html|webmanifest|svg|png)$/.test(f) && !f.startsWith('.vite'))
  check('mobile: whole precache', precached.reduce((n, f) => n + weight(dist, f), 0), 400)
}

const faces = { console: consoleBudget, mobile: mobileBudget }
const asked = process.argv[2] ? [process.argv[2]] : Object.keys(faces)
for (const face of asked) {
  if (!existsSync(join(web, face, 'dist/.vite/manifest.json'))) throw new Error(`${face}: not built`)
  faces[face]()
}
let failed = 0
for (const { what, bytes, limit } of checks.sort((a, b) => b.bytes / b.limit - a.bytes / a.limit)) {
  const over = bytes > limit
  if (over) failed++
  console.log(`${over ? 'OVER' : 'ok  '} ${(bytes / KB).toFixed(1).padStart(7)} / ${(limit / KB).toString().padStart(3)} KB  ${what}`)
}
if (failed) {
  console.error(`${failed} over budget`)
  process.exit(1)
}
