import type { Field } from '@linqiao/shared/api/types'

/** What every control of a field is given. Values go up by update:modelValue. */
export interface ControlProps {
  field: Field
  id: string
  invalid?: boolean
  /** ids of the hint and the error, for aria-describedby */
  describedby?: string
  /** Record that the field belongs to, for attachments. */
  record?: string
}

/** Types whose control is a group of controls and is named by a legend, not a label. */
export function isGroup(field: Field): boolean {
  if (field.type === 'choice') return (field.options?.length ?? 0) <= CHIPS
  return ['bool', 'checks', 'rows', 'rate', 'place', 'interval', 'photo', 'file'].includes(field.type)
}
/** Up to so many options are all shown; more are searched in a list. */
export const CHIPS = 8
