import { afterEach, describe, expect, it } from 'vitest'
import { ApiProblem } from '../api/problem'
import en from '../locales/en'
import zh from '../locales/zh-CN'
import { fill, keysOf, setLocale, t } from '.'
import { problemHint, problemTitle } from './problemText'
import { addSharedTexts } from './shared'

addSharedTexts()
afterEach(() => setLocale('zh-CN'))

describe('texts', () => {
  it('both languages have the same keys', () => expect(keysOf(en)).toEqual(keysOf(zh)))
  it('both languages have the same holes', () => {
    const holes = (texts: object): string[] => JSON.stringify(texts).match(/"(\w+)":"[^"]*"/g)!.map(s => `${s.slice(1, s.indexOf('"', 1))}:${(s.match(/\{\w+\}/g) ?? []).sort().join()}`)
    expect(holes(en)).toEqual(holes(zh))
  })
  it('fills holes and shows a missing key as it is', () => {
    expect(t('due.left', { text: '2 天' })).toBe('还剩 2 天')
    expect(t('no.such.key')).toBe('no.such.key')
    expect(fill('{a}{b}', { a: 1 })).toBe('1{b}')
  })
  it('changes the language', async () => {
    await setLocale('en')
    expect(t('common.yes')).toBe('Yes')
    expect(document.documentElement.lang).toBe('en')
  })
})

describe('problems', () => {
  it('speak with the server’s words first', () => {
    const problem = new ApiProblem({ type: 'guard', title: '企业尚未同意推送', detail: '请先取得授权', status: 422 })
    expect([problemTitle(problem), problemHint(problem)]).toEqual(['企业尚未同意推送', '请先取得授权'])
  })
  it('and with ours where it is silent', () => {
    expect(problemTitle(new ApiProblem({ type: 'network' }))).toBe('连不上服务器')
    expect(problemTitle(new ApiProblem({ type: 'what', status: 403 }))).toBe('没有权限做这件事')
    expect(problemTitle(new ApiProblem({ type: 'what', status: 500 }))).toBe('系统出错')
  })
})
