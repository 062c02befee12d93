import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

const TYPING = 'input, textarea, select, [contenteditable], [role="combobox"], [role="dialog"]'

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPING) !== null

/** j / k move through a list, Enter opens, x marks. Returns the active index. */
export function useListKeys(length: () => number, open: (index: number) => void, mark?: (index: number) => void): Ref<number> {
  const active = ref(-1)
  watch(length, (n) => { if (active.value >= n) active.value = n - 1 })

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0
    if (step && length() > 0) {
      active.value = Math.min(length() - 1, Math.max(0, active.value + step))
      document.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' })
      event.preventDefault()
    } else if (event.key === 'Enter' && active.value >= 0 && !(event.target instanceof Element && event.target.closest('a, button'))) {
      open(active.value)
    } else if (event.key === 'x' && active.value >= 0) {
      mark?.(active.value)
    }
  }
  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
  return active
}
