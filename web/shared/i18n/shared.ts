import zh from '../locales/zh-CN'
import { addTexts } from '.'

/** Both faces call this once before their own addTexts. */
export function addSharedTexts(): void {
  addTexts(zh, { en: () => import('../locales/en').then(m => m.default) })
}
