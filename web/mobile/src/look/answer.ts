// An answer before it is sent, as its person reads it: what is a file or somebody chosen
// is an id until then, and nobody reads ids.
import { formatValue } from '@linqiao/shared/form/format'
import { t } from '@linqiao/shared/i18n'

type Asked = Parameters<typeof formatValue>[0]

const CHOSEN = ['org', 'person', 'party', 'account', 'ref', 'region']

export function answerText(field: Asked, value: unknown): string {
  if (field.type === 'photo' || field.type === 'file') return t('m.photo.count', { n: Array.isArray(value) ? value.length : value ? 1 : 0 })
  if (CHOSEN.includes(field.type)) return value ? t('m.form.chosen') : ''
  return formatValue(field, value)
}
