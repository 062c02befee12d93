// The phone's own texts beside the shared ones; zh-CN is the reference.
import { addTexts, setLocale, type Locale } from '@linqiao/shared/i18n'
import { addSharedTexts } from '@linqiao/shared/i18n/shared'
import { keep, setting, whenMended } from '../composables/settings'
import zh from './zh-CN'

const KEY = 'linqiao.language'

export function setUpTexts(): void {
  addSharedTexts()
  addTexts(zh, { en: () => import('./en').then((m) => m.default) })
  whenMended(KEY, () => setLocale(keptLocale()))
}

export const keptLocale = (): Locale => (setting(KEY) === 'en' ? 'en' : 'zh-CN')

export async function chooseLocale(locale: Locale): Promise<void> {
  await setLocale(locale)
  keep(KEY, locale)
}
