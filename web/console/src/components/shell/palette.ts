import type { RouteLocationRaw } from 'vue-router'
import type { ProgramSummary, ProgramView, Session } from '@linqiao/shared/api/types'
import { t } from '@linqiao/shared/i18n'
import { ledgerPages, pagesOf } from '../program/pages'

/** One thing the palette leads to. */
export interface Goal { key: string; label: string; hint?: string; to: RouteLocationRaw }

/** The pages this account may open: those of the menu, in its order. */
export function pages(session: Session | null | undefined): Goal[] {
  const staff = (session?.memberships.length ?? 0) > 0 || session?.admin === true
  const page = (name: string, title: string, when = true): Goal[] => when ? [{ key: name, label: t(title), to: { name } }] : []
  return [
    ...page('work', 'work.title'), ...page('parties', 'party.title', staff), ...page('party-new', 'party.new', staff), ...page('imports', 'imports.title', staff), ...page('jobs', 'job.title', staff),
    ...page('messages', 'tell.title'), ...page('me', 'me.title'),
    ...(session?.admin ? [...page('regions', 'region.title'), ...page('maps', 'map.adminTitle'), ...page('orgs', 'org.title'), ...page('accounts', 'account.title'), ...page('channels', 'tell.channels')] : []),
    ...page('approvals', 'approval.title', !!(session?.admin || session?.auditor || session?.security)),
    ...page('deliveries', 'tell.deliveries', !!(session?.admin || session?.auditor)), ...page('partners', 'link.title', !!(session?.admin || session?.auditor)), ...page('audit', 'audit.title', !!session?.auditor),
  ]
}

/** The pages of a program; before its words are here, its own page alone. */
export function programPages(program: ProgramSummary, view: ProgramView | undefined): Goal[] {
  const own: Goal = { key: program.key, label: program.title, hint: t('program.title'), to: { name: 'program', params: { program: program.key } } }
  if (!view) return [own]
  const pages = [...pagesOf(view).filter(page => page.key !== 'program' && page.key !== 'ledgers'), ...ledgerPages(view)]
  return [own, ...pages.map(page => ({ key: `${program.key}/${page.key}`, label: page.label, hint: program.title, to: page.to }))]
}

/** All words somebody typed stand in the label or its hint. */
export function matches(goal: Goal, typed: string): boolean {
  const text = `${goal.label} ${goal.hint ?? ''}`.toLowerCase()
  return typed.toLowerCase().split(/\s+/).filter(Boolean).every(word => text.includes(word))
}

const KEPT = 'linqiao.recent'
const MOST = 8
interface Seen { who: string; list: { path: string; label: string }[] }

/** Pages seen lately, on this device and by this account only. */
export function recent(who: string): Goal[] {
  try {
    const seen = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Seen | null
    return seen?.who === who ? seen.list.map(s => ({ key: s.path, label: s.label, to: s.path })) : []
  } catch { return [] }
}
/** Titles name people: they last as long as the window, and no longer than the sign-in. */
export function remember(who: string, path: string, label: string): void {
  if (!who || !label) return
  const list = recent(who).filter(g => g.key !== path).map(g => ({ path: g.key, label: g.label }))
  sessionStorage.setItem(KEPT, JSON.stringify({ who, list: [{ path, label }, ...list].slice(0, MOST) } satisfies Seen))
}
export const forgetRecent = (): void => sessionStorage.removeItem(KEPT)
