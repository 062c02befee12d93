import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import en from '../src/locales/en'
import zh from '../src/locales/zh-CN'

/** Units are made by kind: no program may leave a bare key on the screen of units. */
test('every kind of unit that a program names has its word', () => {
  const programs = resolve(import.meta.dirname, '../../../programs')
  const kinds = new Set<string>()
  for (const entry of readdirSync(programs, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const text = readFileSync(join(programs, entry.name, 'program.yaml'), 'utf8')
    for (const m of text.matchAll(/held_by: \{[^}]*?org: (\[[^\]]*\]|\w+)/g)) m[1]!.replace(/[[\]\s]/g, '').split(',').forEach(k => kinds.add(k))
  }
  expect(kinds.size).toBeGreaterThan(10)
  for (const [name, texts] of [['zh-CN', zh], ['en', en]] as const) {
    expect([...kinds].filter(k => !(k in (texts.orgKind as Record<string, string>))), name).toEqual([])
  }
})
