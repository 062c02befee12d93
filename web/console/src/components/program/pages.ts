/** The pages of a program, for the menu and the palette: those that this reader may open, and no others. */
import type { RouteLocationRaw } from 'vue-router'
import type { Keyed, ProgramView } from '@linqiao/shared/api/types'
import { t } from '@linqiao/shared/i18n'
import { mainRecords, offerRecords, orderRecords } from './shape'

export interface ProgramPage { key: string; label: string; to: RouteLocationRaw }

/** Of a list of entries those that may be opened. */
export const opened = <T extends Keyed>(entries: T[], may: string[]): T[] => entries.filter(e => may.includes(e.key))

export function pagesOf(view: ProgramView): ProgramPage[] {
  const { opens } = view
  const page = (name: string, label: string, params: Record<string, string> = {}): ProgramPage =>
    ({ key: [name, ...Object.values(params)].join('/'), label, to: { name, params: { program: view.key, ...params } } })
  const when = (may: boolean, name: string, label: string): ProgramPage[] => may ? [page(name, label)] : []
  return [
    ...opened(mainRecords(view), opens.records).map(r => page('records', r.label, { record: r.key })),
    ...when(opened(orderRecords(view), opens.boards).length > 0, 'dispatch', t('dispatch.title')),
    ...when(opens.duties.length > 0, 'duties', t('duty.title')),
    ...opened(view.libraries, opens.libraries).map(l => page('library', l.label, { library: l.key })),
    ...opened(offerRecords(view), opens.records).filter(r => !view.libraries.some(l => l.of === r.key)).map(r => page('records', r.label, { record: r.key })),
    ...opened(view.rosters, opens.shifts ?? []).map(r => page('shifts', r.label, { roster: r.key })),
    ...(view.devices ?? []).filter(d => opens.devices?.includes(d.key)).map(d => page('devices', t('device.nav', { label: d.label }), { device: d.key })),
    ...opened(view.rosters, opens.rosters).filter(r => !opens.shifts?.includes(r.key)).map(r => page('roster', r.label, { roster: r.key })),
    ...when(opens.stats.length > 0, 'figures', t('figure.title')),
    ...(opens.stats.length ? [{ key: 'screen', label: t('screen.title'), to: { name: 'screen', query: { program: view.key } } }] : []),
    page('map', t('map.title')),
    ...when(opens.ledgers.length > 0, 'ledgers', t('ledger.title')),
    ...when(opens.conflicts === true, 'conflicts', t('link.conflictTitle')),
    ...when(opens.notices, 'notices', t('notice.title')),
    page('program', t('program.title')),
  ]
}

/** The ledgers one by one, for who types the name of one. */
export const ledgerPages = (view: ProgramView): ProgramPage[] =>
  opened(view.ledgers, view.opens.ledgers).map(l => ({ key: `ledgers/${l.key}`, label: l.label, to: { name: 'ledgers', params: { program: view.key, ledger: l.key } } }))
