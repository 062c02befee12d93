/**
 * What a finger and an eye need of a page on a phone: targets that can be hit, and words
 * that are whole.
 */
import type { Page } from 'playwright-core'

/** Every target that is no link within a sentence (WCAG 2.5.8 excepts those) is as large as `least`. */
export async function expectTargets(page: Page, where: string, least = 44): Promise<void> {
  const small = await page.evaluate((min) => {
    const seen = (e: Element): boolean => (e as HTMLElement).checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const out: string[] = []
    for (const e of document.querySelectorAll('a[href], button, input, select, textarea, [role="button"], summary')) {
      if (!seen(e) || e.closest('[aria-hidden="true"]')) continue
      // A tick with its words is one target; so is a file input with its button.
      const target = e.matches('input[type=radio], input[type=checkbox], input[type=file]') ? e.closest('label') ?? e : e
      if (!seen(target)) continue
      const box = target.getBoundingClientRect()
      if (box.width === 0 || box.height === 0) continue
      const style = getComputedStyle(target)
      if (target.tagName === 'A' && style.display === 'inline') continue
      if (box.height < min - 0.5 || box.width < min - 0.5) out.push(`${Math.round(box.width)}×${Math.round(box.height)} ${target.outerHTML.slice(0, 140)}`)
    }
    return out
  }, least)
  if (small.length) throw new Error(`${where}: smaller than ${least} px:\n${small.join('\n')}`)
}

/** No words run out of their box where that box hides them, and no box runs out of the window. */
export async function expectNothingClipped(page: Page, where: string): Promise<void> {
  const cut = await page.evaluate(() => {
    const out: string[] = []
    for (const e of document.querySelectorAll<HTMLElement>('body *')) {
      if (!e.checkVisibility() || e.closest('.visually-hidden, svg, [aria-hidden="true"]')) continue
      const style = getComputedStyle(e)
      const box = e.getBoundingClientRect()
      const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent!.trim())
      const scrolls = e.closest('.wide')
      if (words && !scrolls && (box.right > innerWidth + 1 || box.left < -1)) out.push(`outside ${e.outerHTML.slice(0, 120)}`)
      const hides = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll'
      if (hides && e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0 && !e.matches('input, textarea')) out.push(`cut at the side ${e.outerHTML.slice(0, 120)}`)
      if (style.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 3 && e.clientHeight > 0 && words) out.push(`cut below ${e.outerHTML.slice(0, 120)}`)
    }
    return out
  })
  if (cut.length) throw new Error(`${where}:\n${[...new Set(cut)].slice(0, 12).join('\n')}`)
}
