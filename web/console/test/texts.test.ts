import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addTexts, hasText, keysOf } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import { describe, expect, it } from 'vitest'
import shared from '@linqiao/shared/locales/zh-CN'
import en from '../src/locales/en'
import zh from '../src/locales/zh-CN'

addSharedTexts()
addTexts(zh)
const groups = [...keysOf(zh), ...keysOf(shared)]
const sources = readdirSync('src', { recursive: true }).map(String).filter(f => /\.(ts|vue)$/.test(f) && !f.includes('locales'))
  .map(f => ({ file: f, text: readFileSync(join('src', f), 'utf8') }))

describe('texts of the console', () => {
  it('both languages have the same keys', () => expect(keysOf(en)).toEqual(keysOf(zh)))

  it('every key that a source names exists', () => {
    const missing: string[] = []
    for (const { file, text } of sources) {
      for (const match of text.matchAll(/\bt\((?:[^()'`]*\? )?'([\w.]+)'(?: : '([\w.]+)')?/g)) {
        for (const key of [match[1], match[2]]) if (key && !hasText(key)) missing.push(`${file}: ${key}`)
      }
      for (const match of text.matchAll(/\bt\(`([\w.]+)\.\$\{/g)) {
        if (!groups.some(k => k.startsWith(`${match[1]}.`))) missing.push(`${file}: ${match[1]}.*`)
      }
    }
    expect(missing).toEqual([])
  })

  it('no source holds Chinese words of its own', () => {
    const own = sources.filter(s => !s.file.endsWith('period.ts')).flatMap(({ file, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '').replace(/<!--[\s\S]*?-->/g, '')
      return /[\u4e00-\u9fff]/.test(code) ? [file] : []
    })
    // The name of the other language is written in that language; days may be typed in Chinese.
    expect(own.sort()).toEqual(['components/form/day.ts', 'components/shell/TopBar.vue', 'pages/session/SignInPage.vue'])
  })
})
