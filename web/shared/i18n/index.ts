/**
 * Texts of the screens in two languages. About forty lines instead of a library: the
 * phone's first view has 90 KB for everything, and the strict Content-Security-Policy
 * forbids compiling messages with eval.
 *
 * zh-CN is the reference and is bundled; English is fetched when chosen. A text is
 * `"还剩 {n} 件"`; nothing more is needed, as Chinese has no plural and English texts
 * are worded so that they need none. Words of a *program* never stand here: they come
 * from the server, already in the reader's language.
 */
import { ref, type Ref } from 'vue'

export type Locale = 'zh-CN' | 'en'
export type Texts = { [key: string]: string | Texts }
export type Args = Record<string, string | number | undefined>

interface Catalogue { reference: Texts; load: Partial<Record<Locale, () => Promise<Texts>>> }

const catalogues: Catalogue[] = []
const flat: Record<Locale, Map<string, string>> = { 'zh-CN': new Map(), en: new Map() }
/** Read by t(), so that a template that calls t() is drawn again when it changes. */
const current: Ref<Locale> = ref('zh-CN')

function lay(into: Map<string, string>, texts: Texts, prefix = ''): void {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') into.set(prefix + key, value)
    else lay(into, value, `${prefix}${key}.`)
  }
}

/** Adds a face's own texts beside the shared ones. Called once at start. */
export function addTexts(reference: Texts, load: Catalogue['load'] = {}): void {
  catalogues.push({ reference, load })
  lay(flat['zh-CN'], reference)
}

export async function setLocale(locale: Locale): Promise<void> {
  const loaded = await Promise.all(catalogues.map(c => c.load[locale]?.()))
  for (const texts of loaded) if (texts) lay(flat[locale], texts)
  current.value = locale
  if (typeof document !== 'undefined') document.documentElement.lang = locale
}

export const locale = (): Locale => current.value

/** The text of a key; the key itself when there is none, so that a gap is seen. */
export function t(key: string, args?: Args): string {
  const text = flat[current.value].get(key) ?? flat['zh-CN'].get(key) ?? key
  return args ? fill(text, args) : text
}

export const hasText = (key: string): boolean => flat['zh-CN'].has(key)

export const fill = (text: string, args: Args): string =>
  text.replace(/\{(\w+)\}/g, (hole, name: string) => String(args[name] ?? hole))

/** Dotted keys of a catalogue, for the test that wants equal keys in all languages. */
export function keysOf(texts: Texts): string[] {
  const into = new Map<string, string>()
  lay(into, texts)
  return [...into.keys()].sort()
}
