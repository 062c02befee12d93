// What every control of a question is given.
import type { Field } from '@linqiao/shared/api/types'

export interface ControlProps {
  id: string
  field: Field
  invalid?: boolean
  described?: string
}
