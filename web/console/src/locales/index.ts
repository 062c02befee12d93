import { addTexts, setLocale, type Locale } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import zh from './zh-CN'

const KEY = 'linqiao.locale'

export async function setUpTexts(): Promise<void> {
  addSharedTexts()
  addTexts(zh, { en: () => import('./en').then(m => m.default) })
  const kept = localStorage.getItem(KEY)
  await setLocale(kept === 'en' ? 'en' : 'zh-CN')
}

export async function chooseLocale(locale: Locale): Promise<void> {
  localStorage.setItem(KEY, locale)
  await setLocale(locale)
}
