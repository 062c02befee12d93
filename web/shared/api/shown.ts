// A code that is shown at a door: fetched anew before it ends, while it is before
// somebody's eyes.
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { toProblem, type ApiProblem } from './problem'
import { showPass } from './records'

/** Whoever types the code still has this share of its life. */
const LEFT = 4

export function useShownPass(id: () => string, key: () => string) {
  const code = ref('')
  const problem = shallowRef<ApiProblem>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let open = false

  function hide(): void {
    open = false
    code.value = ''
    clearTimeout(timer)
  }
  async function show(): Promise<void> {
    open = true
    clearTimeout(timer)
    try {
      const pass = await showPass(id(), key())
      if (!open) return
      problem.value = undefined
      code.value = pass.code
      if (pass.seconds) timer = setTimeout(show, pass.seconds * 1000 * (LEFT - 1) / LEFT)
    } catch (cause) {
      hide()
      problem.value = toProblem(cause)
    }
  }
  onBeforeUnmount(hide)
  return { code, problem, show, hide }
}
