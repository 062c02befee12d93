import type { Job } from '@linqiao/shared/api/jobs'
import { t } from '@linqiao/shared/i18n'

/** What a batch does, in words: “改期 · 求助”. */
export function bulkWords(job: Job): string {
  const { op, label, to, record_label: kind } = job.result as { op?: string; label?: string; to?: string; record_label?: string }
  const what = op === 'owner' ? t('bulk.ownerTo', { name: to ?? '' }) : op === 'remind' ? t('bulk.remind') : op === 'match' ? to ? t('bulk.giveTo', { name: to }) : t('bulk.matchOf', { label: label ?? '' }) : label
  return [what ?? t('bulk.label'), kind].filter(Boolean).join(' · ')
}

/** What a job is called in a list. */
export function jobWords(job: Job): string {
  const kind = t(`job.kind.${job.kind}`)
  if (job.kind.startsWith('bulk')) return `${kind}：${bulkWords(job)}`
  const label = job.result.record_label ?? job.result.label ?? job.result.name
  return label ? `${kind}：${String(label)}` : kind
}
