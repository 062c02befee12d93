// What an offer says of itself, as the pages draw it.
import type { MatchResult } from '@linqiao/shared/api/types'

export interface Figure { key: string; label: string }

/** Its public facts in order: the field's label beside the value as shown. The title is
 *  not said twice. */
export function figuresOf({ offer }: Pick<MatchResult, 'offer'>): Figure[] {
  const { labels } = offer
  return Array.isArray(labels) ? labels.filter((f) => f.label && f.label !== offer.title) : []
}

export interface CompareRow { label: string; values: string[]; same: boolean }

/** The facts of several offers side by side, in the order in which they first occur. */
export function compareOffers(offers: Pick<MatchResult, 'offer'>[], none: string): CompareRow[] {
  const figures = offers.map(figuresOf)
  const labels = [...new Set(figures.flatMap((list) => list.map((f) => f.key)))]
  return labels.map((label) => {
    const values = figures.map((list) => list.find((f) => f.key === label)?.label ?? none)
    return { label, values, same: values.every((v) => v === values[0]) }
  })
}
