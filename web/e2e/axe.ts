/**
 * The accessibility check of every end-to-end page: WCAG 2.2 A and AA, no violation
 * allowed. Prints what, where and why, so that a failure can be mended from the log.
 */
import { readdir, readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface AxeOptions {
  /** Parts that are not ours, as CSS selectors. Each needs a reason at the call. */
  exclude?: string[]
}

/** Throws with a readable list when the page as it stands has violations. */
export async function expectAccessible(page: Page, where: string, options: AxeOptions = {}): Promise<void> {
  let builder = new AxeBuilder({ page }).withTags(TAGS)
  for (const selector of options.exclude ?? []) builder = builder.exclude(selector)
  const { violations } = await builder.analyze()
  if (violations.length === 0) return
  const lines = violations.flatMap(v => [
    `${where}: ${v.id} (${v.impact}) ${v.help}`,
    ...v.nodes.slice(0, 5).map(n => `    ${n.target.join(' ')}  ${n.html.slice(0, 160)}\n      ${(n.failureSummary ?? '').replace(/\n\s*/g, ' ')}`),
  ])
  throw new Error(lines.join('\n'))
}

/** Nothing may run out of the window sideways; tables and boards scroll in their own box. */
export async function expectNoSidewaysScroll(page: Page, where: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
  if (content > window + 1) throw new Error(`${where}: content is ${content} px wide in a window of ${window}`)
}

/** The system's Chromium: nothing is downloaded. CHROMIUM names another one. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

/** The processes of browsers that were opened over a folder, by their context. */
const folders = new WeakMap<BrowserContext, string>()

/** Ends a browser that openFolder began, without a word to its pages. */
export async function killBrowser(context: BrowserContext): Promise<void> {
  const folder = folders.get(context)
  if (!folder) throw new Error('this browser has no folder of its own')
  const gone = new Promise<void>((done) => { context.once('close', () => done()) })
  process.kill(await browserOf(folder), 'SIGKILL')
  await gone
}

/** The number of the process that was begun over this folder, and of no other. */
async function browserOf(folder: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const words: string[] = await readFile(`/proc/${entry}/cmdline`, 'utf8').then(s => s.split('\0'), () => [])
    if (words.includes(`--user-data-dir=${folder}`) && !words.some(w => w.startsWith('--type='))) return Number(entry)
  }
  throw new Error(`no browser runs over ${folder}`)
}

/** A browser whose profile lies in a folder, so that what a page keeps outlives it. */
export async function openFolder(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, { ...options, executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  folders.set(context, folder)
  return context
}
