import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="combobox"], [role="dialog"]'

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPING) !== null

/** j / k or the arrows move through a list, Enter opens, space or x marks; `acts` are further letters. Returns the active index. */
export function useListKeys(length: () => number, open: (index: number) => void, mark?: (index: number) => void, acts: Record<string, () => void> = {}): Ref<number> {
  const active = ref(-1)
  watch(length, (n) => { if (active.value >= n) active.value = n - 1 })

  function step(by: number): void {
    if (length() === 0) return
    active.value = Math.min(length() - 1, Math.max(0, active.value + by))
    // After the row is drawn as the active one.
    requestAnimationFrame(() => document.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' }))
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('[role="dialog"]:not([style*="display: none"])')) return
    const control = event.target instanceof Element && event.target.closest('a, button, input')
    if (event.key === 'j' || event.key === 'ArrowDown') step(1)
    else if (event.key === 'k' || event.key === 'ArrowUp') step(-1)
    else if (event.key === 'Enter' && active.value >= 0 && !control) open(active.value)
    else if ((event.key === 'x' || event.key === ' ' && !control) && active.value >= 0 && mark) mark(active.value)
    else if (acts[event.key]) acts[event.key]!()
    else return
    event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
  return active
}
