import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addTexts, hasText, keysOf } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import zh from '../src/locales/zh-CN'
import en from '../src/locales/en'

const SOURCE = new URL('../src', import.meta.url).pathname
const files = readdirSync(SOURCE, { recursive: true }).map(String).filter((f) => /\.(ts|vue)$/.test(f) && !f.startsWith('locales'))
const source = files.map((f) => readFileSync(join(SOURCE, f), 'utf8')).join('\n')

addSharedTexts()
addTexts(zh)

describe('texts', () => {
  it('both languages have the same keys', () => {
    expect(keysOf(en)).toEqual(keysOf(zh))
  })
  it('both have the same holes', () => {
    const holes = (texts: object): string[] => JSON.stringify(texts).match(/\{\w+\}/g)!.sort()
    expect(new Set(holes(en))).toEqual(new Set(holes(zh)))
  })
  it('every key that a page names exists', () => {
    const named = [...source.matchAll(/'((?:m|common|problem|invalid|unit|place|check|rate|span|partyKind)\.[\w.]+)'/g)].map((m) => m[1]!)
    expect(named.length).toBeGreaterThan(150)
    expect(named.filter((key) => !hasText(key))).toEqual([])
  })
  it('every family of keys that a page builds exists', () => {
    const families = [...source.matchAll(/`((?:m|span|rate|check|partyKind)\.[\w.]*)\$\{/g)].map((m) => m[1]!)
    const keys = [...keysOf(zh), 'span.', 'rate.', 'check.', 'partyKind.']
    expect(families.filter((f) => !keys.some((k) => k.startsWith(f)))).toEqual([])
  })
  it('no page has Chinese of its own, and none names a program', () => {
    const code = files.map((f) => ({ f, text: readFileSync(join(SOURCE, f), 'utf8').replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '') }))
    const allowed = new Set(['pages/MePage.vue']) // the language's own name
    expect(code.filter(({ f, text }) => /[\u4e00-\u9fff]/.test(text) && !allowed.has(f) && !ALSO.has(f)).map(({ f }) => f)).toEqual([])
    expect(code.filter(({ text }) => /sme-finance|volunteer-service|daily-checkin/.test(text)).map(({ f }) => f)).toEqual([])
  })
})

// Joined with 、 or ：, or said by the outbox before any page is there.
const ALSO = new Set(['offline/queue.ts'])
