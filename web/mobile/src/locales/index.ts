// The phone's own texts beside the shared ones; zh-CN is the reference.
import { addTexts, setLocale, type Locale } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import zh from './zh-CN'

const KEY = 'linqiao.language'

export function setUpTexts(): void {
  addSharedTexts()
  addTexts(zh, { en: () => import('./en').then((m) => m.default) })
}

export const keptLocale = (): Locale => (localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN')

export async function chooseLocale(locale: Locale): Promise<void> {
  await setLocale(locale)
  localStorage.setItem(KEY, locale)
}
