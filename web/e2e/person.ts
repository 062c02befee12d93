/**
 * A person before a screen: a browser of their own, signed in by hand. They click what
 * they read. Each page they stop at is checked (axe, nothing runs out sideways, nothing
 * in the browser's error log, nothing against the page's policy, nothing asked of a third party) and kept as a picture when LINQIAO_SHOTS names a folder.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expectAccessible, expectNoSidewaysScroll, killBrowser, openFolder } from './axe'

export const PASSWORD = 'Linqiao-2026!'
const SHOTS = process.env.LINQIAO_SHOTS
/** The folder of the pictures of docs/walks.md: written anew only when this names one. */
const WALKS = process.env.LINQIAO_WALKS
/** Longest wait for any one state; a busy machine needs more than the usual 30 s. */
const PATIENCE = Number(process.env.LINQIAO_PATIENCE ?? 30_000)

export interface Place { latitude: number; longitude: number }
export interface Look { width: number; height: number; phone: boolean }
export const DESK: Look = { width: 1440, height: 900, phone: false }
export const PHONE: Look = { width: 390, height: 844, phone: true }
/** The console is for the desk, and must still be usable in a narrow window. */
const NARROW: Look = { width: 390, height: 844, phone: false }

export class Person {
  readonly faults: string[] = []
  /** What a story breaks on purpose: the browser logs it, and it is no fault. */
  broken?: RegExp
  /** Those who have not left: what was before their eyes when a story broke off. */
  static readonly here = new Set<Person>()
  private constructor(readonly page: Page, readonly context: BrowserContext, readonly url: string, readonly name: string, readonly look: Look) {}

  static async sit(browser: Browser, url: string, name: string, look: Look, at?: Place): Promise<Person> {
    const context = await browser.newContext({
      viewport: { width: look.width, height: look.height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
      hasTouch: look.phone, ...(at ? { geolocation: { ...at, accuracy: 10 }, permissions: ['geolocation'] } : {}),
    })
    return Person.watch(context, await context.newPage(), url, name, look)
  }

  /** As sit, with a browser of its own whose memory lies in a folder: it can be killed and begun again. */
  static async keep(folder: string, url: string, name: string, look: Look, at?: Place): Promise<Person> {
    const context = await openFolder(folder, {
      viewport: { width: look.width, height: look.height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
      hasTouch: look.phone, ...(at ? { geolocation: { ...at, accuracy: 10 }, permissions: ['geolocation'] } : {}),
    })
    return Person.watch(context, context.pages()[0] ?? await context.newPage(), url, name, look)
  }

  private static watch(context: BrowserContext, page: Page, url: string, name: string, look: Look): Person {
    context.setDefaultTimeout(PATIENCE)
    const person = new Person(page, context, url, name, look)
    Person.here.add(person)
    page.on('pageerror', error => person.faults.push(`${page.url()} ${error.message}`))
    page.on('console', (message) => {
      // Before sign-in the session is asked for and refused, without a network nothing
      // answers, and a conflict is settled by the person: these are not faults.
      if (message.type() === 'error' && !person.broken?.test(message.text()) && !/401 \(Unauthorized\)|ERR_INTERNET_DISCONNECTED|409 \(Conflict\)/.test(message.text())) person.faults.push(`${page.url()} ${message.text()}`)
    })
    page.on('response', (r) => { if (r.status() >= 500) person.faults.push(`${r.status()} ${r.url()}`) })
    page.on('request', (r) => { if (!r.url().startsWith(url) && /^https?:/.test(r.url())) person.faults.push(`third party: ${r.url()}`) })
    void page.addInitScript(() => document.addEventListener('securitypolicyviolation', e => console.error(`policy broken: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`)))
    page.on('dialog', dialog => void dialog.accept())
    return person
  }

  /** Signs in by hand, with login and password. */
  static async staff(browser: Browser, url: string, login: string, look: Look = DESK, at?: Place): Promise<Person> {
    const p = await Person.sit(browser, url, login, look, at)
    await p.signIn(login)
    return p
  }

  async signIn(login: string): Promise<void> {
    const p = this
    const { look } = this
    await p.go(look.phone ? '/m/' : '/console/')
    if (look.phone) await p.page.getByText('账号密码').click()
    await p.page.getByLabel('账号', { exact: true }).fill(login)
    await p.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await p.press('登录')
    await (look.phone ? p.page.getByRole('heading', { name: /您好/ }) : p.heading('我的工作')).waitFor()
    if (look.phone) await p.settleText()
  }

  /** Signs in by phone number; the code is read off the demo's fake phone. */
  static async resident(browser: Browser, url: string, phone: string, at?: Place): Promise<Person> {
    const p = await Person.sit(browser, url, phone, PHONE, at)
    await p.go('/m/')
    await p.page.getByLabel('手机号', { exact: true }).fill(phone)
    await p.press('获取验证码')
    await p.page.getByRole('status').filter({ hasText: '演示' }).or(p.page.getByRole('link', { name: /验证码/ })).first().waitFor()
    const other = await p.context.newPage()
    await other.goto(`${url}/demo/phone`)
    const code = await other.locator('section', { hasText: phone }).locator('.code').innerText()
    await other.close()
    await p.page.getByLabel('验证码', { exact: true }).fill(code.trim())
    await p.press('登录')
    await p.page.getByRole('heading', { name: /您好/ }).waitFor()
    await p.settleText()
    return p
  }

  private async settleText(): Promise<void> {
    await this.press('现在这样就好')
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.url + path)
  }
  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).first()
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).first()
  }
  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).first()
  }
  async press(name: string | RegExp): Promise<void> {
    await this.button(name).click()
  }
  async follow(name: string | RegExp): Promise<void> {
    await this.link(name).click()
  }
  /** Chooses a radio or a tick box by its words, within a question when its words are given. */
  async choose(answer: string, question?: string | RegExp): Promise<void> {
    const within = question ? this.page.getByRole('group', { name: question }) : this.page
    await within.getByText(answer, { exact: true }).first().click()
  }
  async fill(label: string | RegExp, value: string): Promise<void> {
    await this.page.getByLabel(label).first().fill(value)
  }
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).locator('visible=true').first().waitFor()
  }

  /** What was filed has arrived: its own line under 最近送达, not one beside it. */
  async arrived(what: string): Promise<void> {
    await this.page.getByText(new RegExp(`^\\s*${what} · [^]*送达\\s*$`)).first().waitFor()
  }

  /** Pictures and words of the open pages, for the log of a story that broke off. */
  static async tell(): Promise<void> {
    for (const p of Person.here) {
      const text = await p.page.locator('main').first().innerText({ timeout: 2000 }).catch(() => '(no main)')
      console.error(`${p.name} at ${p.page.url()}\n${text.slice(0, 1500)}\n${p.faults.join('\n')}`)
      if (SHOTS) await p.page.screenshot({ path: join(SHOTS, `broke-off-${p.name}.png`) }).catch(() => undefined)
      await p.context.close()
    }
    Person.here.clear()
  }

  /** The page as it stands now is right, and is kept as a picture. */
  async check(name: string, width = this.look.width): Promise<void> {
    const where = `${name} (${this.name}, ${width})`
    await this.page.locator('.bones, .bone').first().waitFor({ state: 'detached' })
    if (SHOTS) {
      mkdirSync(SHOTS, { recursive: true })
      await this.page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true, animations: 'disabled' })
    }
    await expectNoSidewaysScroll(this.page, where)
    await expectAccessible(this.page, where)
    if (this.faults.length) throw new Error(`${where}:\n${this.faults.join('\n')}`)
  }
  /** A page of the console, at the desk and then in a narrow window. */
  async tour(name: string, path: string): Promise<void> {
    await this.go(path)
    await this.page.getByRole('heading', { level: 1 }).or(this.page.getByRole('heading', { level: 2 })).first().waitFor()
    await this.check(name)
    await this.narrow(name)
    await this.page.setViewportSize({ width: this.look.width, height: this.look.height })
  }
  /** The same page in a narrow window, which stays narrow. */
  async narrow(name: string): Promise<void> {
    await this.page.setViewportSize({ width: NARROW.width, height: NARROW.height })
    await this.check(name, NARROW.width)
  }
  /** A stop of a walk: the page is right, and what is in view is its picture. */
  async stop(name: string): Promise<void> {
    await this.check(`walk-${name}`)
    if (!WALKS) return
    mkdirSync(WALKS, { recursive: true })
    await this.page.screenshot({ path: join(WALKS, `${name}.jpg`), type: 'jpeg', quality: 62, animations: 'disabled' })
  }
  /** Airplane mode on (false) or off. */
  async signal(on: boolean): Promise<void> {
    await this.context.setOffline(!on)
  }
  /** The browser ends at once, as when a phone dies: nothing is said to the page. */
  async kill(): Promise<void> {
    Person.here.delete(this)
    await killBrowser(this.context)
  }
  async leave(): Promise<void> {
    Person.here.delete(this)
    await this.context.close()
    if (this.faults.length) throw new Error(`${this.name}:\n${this.faults.join('\n')}`)
  }
}
