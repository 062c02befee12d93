// Writes file.br and file.gz beside every text file of a build, so that the server only
// chooses and never compresses. Usage: node build/compress.mjs <dist>
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const TEXT = new Set(['.js', '.mjs', '.css', '.html', '.svg', '.json', '.webmanifest', '.txt', '.map'])
/** Below this the frame costs more than it saves. */
const SMALLEST = 512

const br = promisify(brotliCompress)
const gz = promisify(gzip)

async function compress(file) {
  const data = await readFile(file)
  if (data.length < SMALLEST) return
  const [b, g] = await Promise.all([
    br(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } }),
    gz(data, { level: 9 }),
  ])
  await Promise.all([writeFile(`${file}.br`, b), writeFile(`${file}.gz`, g)])
}

const root = process.argv[2]
if (!root) throw new Error('usage: compress.mjs <dist>')
const entries = await readdir(root, { recursive: true, withFileTypes: true })
const files = entries.filter(e => e.isFile() && TEXT.has(extname(e.name))).map(e => join(e.parentPath ?? e.path, e.name))
for (const file of files) await compress(file)
console.log(`compressed ${files.length} files in ${root}`)
