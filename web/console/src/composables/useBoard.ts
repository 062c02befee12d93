import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { getBoard, type BoardColumn } from '@linqiao/shared/api/board'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'
import { useLoad } from './useLoad'

/** The columns of a board; each grows by its own cursor. A fresh load begins at the top again. */
export function useBoard(program: () => string, order: Ref<string | undefined>, filter: () => { region?: string; overdue?: string }) {
  const further = shallowRef<Record<string, BoardColumn>>({})
  const busy = ref('')
  const problem = shallowRef<ApiProblem>()
  const load = useLoad<BoardColumn[]>(async () => {
    const columns = order.value ? await getBoard(program(), order.value, filter()) : []
    further.value = {}
    problem.value = undefined
    return columns
  }, () => `${program()}/${order.value}/${JSON.stringify(filter())}`)
  const columns = computed(() => (load.data.value ?? []).map((c) => {
    const f = further.value[c.key]
    return f ? { ...c, items: [...c.items, ...f.items], next: f.next } : c
  }))
  watch(order, () => { further.value = {} })

  async function more(key: string): Promise<void> {
    const cursor = columns.value.find(c => c.key === key)?.next
    if (!cursor || busy.value || !order.value) return
    busy.value = key
    const begun = load.data.value
    try {
      const page = (await getBoard(program(), order.value, { ...filter(), column: key, cursor }))[0]
      if (page && begun === load.data.value) further.value = { ...further.value, [key]: { ...page, items: [...further.value[key]?.items ?? [], ...page.items] } }
    } catch (cause) {
      problem.value = toProblem(cause)
    }
    busy.value = ''
  }
  const grown = computed(() => Object.keys(further.value).length > 0)
  return { columns, more, busy, grown, moreProblem: problem, loading: load.loading, problem: load.problem, loaded: computed(() => !!load.data.value), reload: load.reload }
}
