/**
 * What a county gives its people to read and to hear: at the desk of who writes it, on
 * the public pages, and on a phone. Nobody is asked who he is.
 */
import { expect, test } from 'vitest'
import { expectNothingClipped, expectTargets } from './fit'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const ARTICLE = '睡不着的时候，先做三件小事'
const SOUND = '跟着声音慢慢呼吸'

test('at the desk: what is out, what is still a draft, and how often each was opened', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'xinlibian', DESK)
  await p.go('/console/p/mental-health/library/learn')
  await p.sees(ARTICLE)
  await p.sees('没有发布')
  await p.tour('library-desk', '/console/p/mental-health/library/learn')
  await p.leave()
})

test('anybody reads an article and hears a recording, with its words beside it', async () => {
  for (const look of [DESK, PHONE]) {
    const p = await Person.sit(stage.browser, stage.server.url, 'anybody', look)
    const parts: number[] = []
    p.page.on('response', r => { if (r.url().includes('/media')) parts.push(r.status()) })
    await p.go('/library')
    await p.check('library-public')
    await p.follow(/学习园地/)
    await p.sees(ARTICLE)
    await p.check('library-public-list')
    await p.follow(new RegExp(ARTICLE))
    await p.heading('今晚就能做的').waitFor()
    await p.check('library-public-article')
    await p.page.goBack()
    await p.follow(new RegExp(SOUND))
    await p.sees(/没有人声/)
    const seconds = await p.page.locator('audio').evaluate((a: HTMLAudioElement) => a.readyState ? a.duration : new Promise<number>(done => a.addEventListener('loadedmetadata', () => done(a.duration))))
    expect(Math.round(seconds)).toBe(20)
    // Put on to the fifteenth second it plays from there, of a part that was asked for by itself.
    const at = await p.page.locator('audio').evaluate(async (a: HTMLAudioElement) => {
      const once = (event: string) => new Promise(done => a.addEventListener(event, done, { once: true }))
      a.muted = true
      const sought = once('seeked')
      a.currentTime = 15
      await sought
      await a.play()
      while (a.currentTime < 15.3) await once('timeupdate')
      a.pause()
      return a.currentTime
    })
    expect(at).toBeLessThan(18)
    expect(parts).toContain(206)
    await p.check('library-public-sound')
    await p.leave()
  }
})

test('on the phone: found by a word of its text, read and heard', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'jishifu', PHONE)
  await p.check('library-phone-home')
  await p.follow(/学习园地/)
  await p.sees(ARTICLE)
  await p.page.getByPlaceholder('题目、正文里的字').fill('放慢呼气')
  await p.press('搜索')
  await p.link(new RegExp(SOUND)).waitFor({ state: 'detached' })
  await p.check('library-phone-found')
  await p.follow(new RegExp(ARTICLE))
  await p.heading('今晚就能做的').waitFor()
  await expectTargets(p.page, 'article')
  await expectNothingClipped(p.page, 'article')
  await p.check('library-phone-article')
  await p.leave()
})
