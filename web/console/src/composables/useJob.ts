import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { getJob, isOver, type Job } from '@linqiao/shared/api/jobs'
import { toProblem, type ApiProblem } from '@linqiao/shared/api/problem'
import { useStream } from './useStream'

/** How often a job is asked for while nothing is heard of it. */
const POLL = 1500

/** Follows a piece of background work until it is over. */
export function useJob(id: () => string | undefined): { job: Ref<Job | undefined>; problem: Ref<ApiProblem | undefined>; reload: () => Promise<void> } {
  const job = ref<Job>()
  const problem = ref<ApiProblem>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking = false
  let again = false

  async function reload(): Promise<void> {
    const wanted = id()
    if (!wanted) return
    if (asking) {
      again = true
      return
    }
    asking = true
    clearTimeout(timer)
    try {
      const answer = await getJob(wanted)
      if (wanted === id()) job.value = answer
      problem.value = undefined
    } catch (cause) {
      problem.value = toProblem(cause)
    }
    asking = false
    if (again) {
      again = false
      return reload()
    }
    if (!job.value || !isOver(job.value)) timer = setTimeout(() => void reload(), POLL)
  }

  useStream((change) => { if (change.type === 'job' && change.id === id() && !(job.value && isOver(job.value))) void reload() })
  watch(id, () => {
    job.value = undefined
    void reload()
  }, { immediate: true })
  onBeforeUnmount(() => clearTimeout(timer))
  return { job, problem, reload }
}
