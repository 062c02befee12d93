// A browser's own words for itself, as people call it: phone · Android · Chrome.
import { t } from '../i18n'

const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/i, 'HarmonyOS'], [/Android/i, 'Android'], [/iPhone/i, 'iPhone'], [/iPad/i, 'iPad'],
  [/Windows/i, 'Windows'], [/Mac OS X|Macintosh/i, 'Mac'], [/Linux|X11/i, 'Linux'],
]
/** The order matters: most name Safari and Chrome beside their own. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/i, '@wechat'], [/DingTalk/i, '@dingtalk'], [/AlipayClient/i, '@alipay'], [/HuaweiBrowser/i, '@huawei'], [/MiuiBrowser/i, '@xiaomi'],
  [/UCBrowser/i, 'UC'], [/MQQBrowser|QQBrowser/i, 'QQ'], [/Edg/i, 'Edge'], [/Firefox/i, 'Firefox'], [/Chrome|Chromium/i, 'Chrome'], [/Safari/i, 'Safari'],
]

/** Names with a word in each language stand in the texts. */
const worded = (name: string): string => (name.startsWith('@') ? t(`device.${name.slice(1)}`) : name)

/** '' when it tells nothing that a person would know it by. */
export function deviceOf(agent: string | undefined): string {
  const named = (list: [RegExp, string][]): string => list.find(([pattern]) => pattern.test(agent ?? ''))?.[1] ?? ''
  const [system, browser] = [named(SYSTEMS), named(BROWSERS)]
  if (!system && !browser) return ''
  const kind = /Mobile|Android|iPhone|HarmonyOS/i.test(agent ?? '') ? 'phone' : 'computer'
  return [t(`device.${kind}`), system, worded(browser)].filter(Boolean).join(' · ')
}
