// @vitest-environment node
/** The check page of a published draw computes what the server drew (docs/draw.md). */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

interface Proof { pool: string; pool_hash: string; secret: string; commit: string; public: string; spread: boolean; method: string; order: string[] }
const root = resolve(import.meta.dirname, '../../..')
const { faults } = await import(/* @vite-ignore */ pathToFileURL(resolve(root, 'api/public/draw.js')).href) as { faults: (proof: Proof) => string[] }
const vectors = JSON.parse(readFileSync(resolve(root, 'kernel/draw/testdata/vectors.json'), 'utf8')) as Proof[]

test('draws computed by the server come out the same in a browser', () => {
  expect(vectors.length).toBe(12)
  for (const v of vectors) expect(faults(v)).toEqual([])
})

test('a changed pool, secret, number or order is found', () => {
  const v = vectors.find(x => x.order.length > 5)!
  expect(faults({ ...v, pool: v.pool.replace('\t', '\t9') })).toContain('pool_hash')
  expect(faults({ ...v, secret: `${v.secret}0` })).toContain('commit')
  expect(faults({ ...v, public: `${v.public}1` })).toEqual(['order'])
  expect(faults({ ...v, order: [...v.order].reverse() })).toEqual(['order'])
})
