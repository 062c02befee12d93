/**
 * Every page of the phone app, as each person meets it: in ordinary type, in large type
 * (长辈版), and in the largest on the smallest phone. Nothing runs out sideways, nothing
 * is cut, every target can be hit, axe finds nothing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Caller } from './api'
import { expectNothingClipped, expectTargets } from './fit'
import { PHONE, Person, type Look } from './person'
import { useStage } from './story'

const stage = useStage()
type Size = 'plain' | 'large' | 'huge'
const LOOKS: [Size, Look][] = [['plain', PHONE], ['large', PHONE], ['huge', { width: 320, height: 640, phone: true }]]

/** By person: the pages he stops at; `:name` is a thing of his, asked of the server. */
const PAGES: Record<string, [string, string][]> = {
  zoufang: [
    ['home-visitor', '/'], ['tasks', '/tasks'], ['find', '/find'], ['matters', '/matters'], ['notices', '/notices'], ['outbox', '/outbox'], ['me-visitor', '/me'],
    ['sessions', '/me/sessions'], ['factors', '/me/factors'], ['preferences', '/me/notices'], ['text-size', '/me/text'], ['visit', '/r/:visit'], ['visit-move', '/r/:visit/move/record'],
    ['dossier', '/p/:party'], ['lost', '/no-such-page'],
  ],
  hetang: [
    ['home-firm', '/'], ['offers', '/offers'], ['shelf', '/offers/sme-finance/loan'], ['shelf-cover', '/offers/sme-finance/cover'], ['me-firm', '/me'], ['looks', '/me/looks'], ['consents', '/me/consents'],
    ['install', '/me/install'], ['start-demand', '/start/sme-finance/demand/raise'], ['demand', '/r/:demand'], ['match', '/r/:demand/match/supermarket'],
    ['form', '/r/:demand/form/rating'], ['party-form', '/p/:party/form/sme-finance/rating?title=荷塘食品厂'], ['done', '/r/:demand/done?what=提出需求'],
  ],
  nuanyang: [['home-team', '/'], ['tasks-team', '/tasks'], ['order', '/r/:order'], ['order-move', '/r/:order/move/:move']],
  zhangayi: [['home-resident', '/'], ['start-order', '/start/volunteer-service/request/order'], ['me-resident', '/me'], ['accounts', '/me/accounts'], ['bookings', '/bookings'], ['check-ins', '/check-ins'], ['shelves-resident', '/offers'], ['around', '/around'], ['shelf-resident', '/offers/volunteer-service/:offer'],
    ['libraries', '/library'], ['library', '/library/mental-health/learn'], ['read', '/read/:item']],
}
/** Pages whose state is made elsewhere. */
const ELSEWHERE: Record<string, string> = {
  '/sign-in': 'the last test here', '/outbox/:seq': 'offline.test.ts', '/r/:id/vote/:ballot': 'phone-public.test.ts', '/r/:id/confirm/:move': 'offline.test.ts', '/published/:id': 'doors.test.ts',
}

test('every route of the phone is toured', () => {
  const source = readFileSync(join(import.meta.dirname, '../mobile/src/router.ts'), 'utf8')
  const routes = [...source.matchAll(/path: '([^']+)'/g)].map(m => m[1]!)
  expect(routes.length).toBeGreaterThan(20)
  const toured = Object.values(PAGES).flat().map(([, path]) => path.split('?')[0]!)
  const missed = routes.filter(route => !route.includes('(.*)') && !(route in ELSEWHERE)
    && !toured.some(path => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(path)))
  expect(missed, 'add these to PAGES').toEqual([])
})

/** The things of a person by their names in PAGES. */
async function thingsOf(login: string): Promise<Record<string, string>> {
  const who = await Caller.as(stage.server.url, login)
  const first = async (query: string): Promise<string | undefined> => (await who.rows(query))[0]?.id
  const things: Record<string, string | undefined> = { ':party': who.parties[0]?.id }
  if (login === 'zoufang') {
    things[':visit'] = await first('record=visit&stage=todo&limit=1')
    things[':party'] = (await who.get<{ items: { id: string }[] }>('/parties?kind=enterprise&limit=1')).items[0]?.id
  }
  if (login === 'hetang') things[':demand'] = await first('record=demand&limit=1')
  if (login === 'nuanyang') {
    things[':order'] = await first('noun=order&phase=proposed&limit=1')
    things[':move'] = (await who.get<{ moves: { key: string }[] }>(`/records/${things[':order']}`)).moves[0]?.key
  }
  if (login === 'zhangayi') {
    const shelves = await who.get<{ items: { program: string; record: string }[] }>('/offers')
    things[':item'] = (await who.get<{ items: { id: string }[] }>('/libraries/mental-health/learn')).items[0]?.id
    things[':offer'] = shelves.items.find(s => s.program === 'volunteer-service')?.record
  }
  return Object.fromEntries(Object.entries(things).filter((t): t is [string, string] => !!t[1]))
}

async function choose(p: Person, size: Size): Promise<void> {
  if (size === 'plain') return
  await p.go('/m/me/text')
  await p.choose(size === 'large' ? '大字（长辈版）' : '特大字')
  await expect.poll(() => p.page.evaluate(() => document.documentElement.dataset.text)).toBe(size)
}

async function fits(p: Person, name: string, look: Look): Promise<void> {
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  await p.page.locator('.bones, .bone').first().waitFor({ state: 'detached' })
  await p.check(name, look.width)
  await expectTargets(p.page, name)
  await expectNothingClipped(p.page, name)
}

for (const [login, pages] of Object.entries(PAGES)) {
  for (const [size, look] of LOOKS) {
    test(`the phone of ${login}, ${size} type, ${look.width} px`, async () => {
      const things = await thingsOf(login)
      const p = await Person.staff(stage.browser, stage.server.url, login, look)
      await choose(p, size)
      for (const [name, path] of pages) {
        const at = path.replace(/:\w+/g, key => things[key] ?? expect.fail(`${login} has no ${key}`))
        await p.go(`/m${at}`)
        await fits(p, `m-${name}-${size}`, look)
      }
      await p.leave()
    })
  }
}

test('the sign-in page in every type', async () => {
  for (const [size, look] of LOOKS) {
    const p = await Person.sit(stage.browser, stage.server.url, 'anybody', look)
    await choose(p, size)
    await p.go('/m/sign-in')
    await fits(p, `m-sign-in-${size}`, look)
    await p.page.getByText('账号密码').click()
    await p.page.getByLabel('密码', { exact: true }).waitFor()
    await fits(p, `m-sign-in-password-${size}`, look)
    await p.leave()
  }
})
