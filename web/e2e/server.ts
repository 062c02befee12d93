/**
 * One real server for each file of stories: the built binary with a demo county of its
 * own in a temporary folder, on a free port. LINQIAO_BIN names another binary.
 */
import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const BIN = process.env.LINQIAO_BIN ?? resolve(import.meta.dirname, '../../bin/linqiao')
/** Making the demo county on a busy machine. */
const UP_WITHIN = 120_000

export interface Server {
  url: string
  folder: string
  stop: () => Promise<void>
  /** Ends the server and begins it again at the same address, its clock so many days on. */
  later: (days: number) => Promise<void>
  /** A day as the demo's stories write it, moved as they were when the county was made. */
  day: (written: string) => string
}

const freePort = (): Promise<number> => new Promise((done, fail) => {
  const probe = createServer()
  probe.once('error', fail)
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as { port: number }
    probe.close(() => done(port))
  })
})

/** Serves the county of a folder, and makes it there when the folder is empty. */
export async function serve(folder: string): Promise<{ url: string, end: () => Promise<void> }> {
  const url = `http://127.0.0.1:${await freePort()}`
  return { url, end: await begin(folder, url) }
}

/** Serves a copy of the county that lies in a folder (county.ts made it). */
export async function startServer(county: string): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'linqiao-e2e-'))
  await cp(county, folder, { recursive: true })
  const { url, end: ended } = await serve(folder)
  let end = ended
  const { moved_days: moved } = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')) as { moved_days: number }
  return {
    url, folder,
    day: written => new Date(Date.parse(written) + moved * 86_400_000).toISOString().slice(0, 10),
    stop: async () => {
      await end()
      await rm(folder, { recursive: true, force: true })
    },
    later: async (days) => {
      await end()
      // A demo's clock runs ahead until the day on which its stories end.
      const file = join(folder, 'demo.json')
      const made = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
      await writeFile(file, JSON.stringify({ ...made, until: new Date(Date.now() + days * 86_400_000).toISOString() }))
      end = await begin(folder, url)
    },
  }
}

/** Runs the server until it answers; gives what ends it. */
async function begin(folder: string, url: string): Promise<() => Promise<void>> {
  let said = ''
  const child: ChildProcess = spawn(BIN, ['demo', '--addr', url.slice('http://'.length), folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout!.on('data', (b: Buffer) => { said += b.toString() })
  child.stderr!.on('data', (b: Buffer) => { said += b.toString() })
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const end = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM')
    await ended
  }
  const until = Date.now() + UP_WITHIN
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended at once:\n${said}`)
    const ready = await fetch(`${url}/readyz`).then(r => r.ok, () => false)
    if (ready) return end
    if (Date.now() > until) {
      await end()
      throw new Error(`the server was not ready in time:\n${said}`)
    }
    await new Promise(again => setTimeout(again, 100))
  }
}

/** A subcommand over the running county's own database, as an operator types it. */
export async function operate(server: Server, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(BIN, [...args.slice(0, 1), '--db', join(server.folder, 'demo.db'), ...args.slice(1)])
  return stdout
}
