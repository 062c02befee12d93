// Serves the built app under /m/ with the pretend API, as the product's binary
// does. Usage: node server.mjs [port]
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeApi } from './api.mjs'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' }
const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'"

async function bodyOf(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString('utf8')
  try { return JSON.parse(text) } catch { return {} }
}

async function file(path) {
  try { return await readFile(join(dist, path)) } catch { return undefined }
}

export function startServer(port = 0) {
  const api = makeApi()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (url.pathname.startsWith('/api/v1')) {
      const token = /lq_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
      const answer = api.handle({
        method: request.method, path: url.pathname.slice('/api/v1'.length), query: Object.fromEntries(url.searchParams),
        body: await bodyOf(request), key: request.headers['idempotency-key'], token,
      })
      const headers = { 'Content-Type': answer.status >= 400 ? 'application/problem+json' : 'application/json' }
      if (answer.cookie) headers['Set-Cookie'] = `lq_session=${answer.cookie}; Path=/; HttpOnly; SameSite=Lax`
      response.writeHead(answer.status, headers).end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
      return
    }
    const path = url.pathname.replace(/^\/m\/?/, '') || 'index.html'
    const found = await file(path) 
    const name = found ? path : 'index.html'
    response.writeHead(200, { 'Content-Type': types[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'Cache-Control': 'no-cache' })
    response.end(found ?? await file('index.html'))
  })
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done({ server, api, port: server.address().port })))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await startServer(Number(process.argv[2] ?? 4180))
  console.log(`http://127.0.0.1:${port}/m/`)
}
