// 长辈版: one switch at the root that everything else follows, as all lengths are rem.
import { ref } from 'vue'
import { keep, setting, whenMended } from './settings'

export type TextSize = 'plain' | 'large' | 'huge'

/** Root size in percent of the browser's own; 100 is 16 px where nobody changed it. */
export const ROOT_PERCENT: Record<TextSize, number> = { plain: 100, large: 137.5, huge: 168.75 }

const KEY = 'linqiao.text'
const kept = () => setting(KEY) as TextSize | null

export const textSize = ref<TextSize>(kept() ?? 'plain')
/** The question is put once, on the first page a person sees. */
export const textSizeAsked = ref(kept() !== null)

function draw(): void {
  document.documentElement.style.fontSize = `${ROOT_PERCENT[textSize.value]}%`
  document.documentElement.dataset.text = textSize.value
}

export function chooseTextSize(size: TextSize): void {
  textSize.value = size
  textSizeAsked.value = true
  keep(KEY, size)
  draw()
}

export function setUpTextSize(): void {
  draw()
  whenMended(KEY, () => {
    textSize.value = kept() ?? 'plain'
    textSizeAsked.value = kept() !== null
    draw()
  })
}
