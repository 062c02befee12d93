import { createRouter, createWebHistory, type Router } from 'vue-router'
import { t } from '@linqiao/shared/i18n'
import { useSessionStore } from './stores/session'

const RELOADED = 'linqiao.reloaded'

declare module 'vue-router' {
  interface RouteMeta {
    /** Drawn without the shell. */
    bare?: boolean
    /** May be seen without sign-in. */
    open?: boolean
    title?: string
  }
}

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/console/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/sign-in', name: 'sign-in', component: () => import('./pages/session/SignInPage.vue'), meta: { bare: true, open: true, title: 'signIn.title' } },
      { path: '/', name: 'work', component: () => import('./pages/work/WorkPage.vue'), meta: { title: 'work.title' } },
      { path: '/records/:id', name: 'record', component: () => import('./pages/record/RecordPage.vue'), props: true },
      { path: '/p/:program', name: 'program', component: () => import('./pages/program/ProgramPage.vue'), props: true },
      { path: '/p/:program/list/:record', name: 'records', component: () => import('./pages/record/RecordList.vue'), props: true },
      { path: '/p/:program/new/:record/:move', name: 'record-new', component: () => import('./pages/record/RecordCreate.vue'), props: true },
      { path: '/p/:program/dispatch', name: 'dispatch', component: () => import('./pages/dispatch/DispatchPage.vue'), props: true },
      { path: '/p/:program/duties', name: 'duties', component: () => import('./pages/duty/DutyPage.vue'), props: true },
      { path: '/p/:program/board/:duty', name: 'board', component: () => import('./pages/duty/BoardPage.vue'), props: true },
      { path: '/p/:program/rounds/:id', name: 'round', component: () => import('./pages/duty/RoundPage.vue'), props: true },
      { path: '/p/:program/rosters/:roster', name: 'roster', component: () => import('./pages/duty/RosterPage.vue'), props: true },
      { path: '/p/:program/shifts/:roster', name: 'shifts', component: () => import('./pages/duty/ShiftPage.vue'), props: true },
      { path: '/p/:program/devices/:device', name: 'devices', component: () => import('./pages/duty/DevicePage.vue'), props: true },
      { path: '/p/:program/figures', name: 'figures', component: () => import('./pages/figure/FiguresPage.vue'), props: true },
      { path: '/p/:program/ledgers/:ledger?', name: 'ledgers', component: () => import('./pages/figure/LedgerPage.vue'), props: true },
      { path: '/p/:program/accounts/:account', name: 'statement', component: () => import('./pages/figure/StatementPage.vue'), props: true },
      { path: '/p/:program/map', name: 'map', component: () => import('./pages/map/MapPage.vue'), props: true },
      { path: '/p/:program/library/:library', name: 'library', component: () => import('./pages/library/LibraryPage.vue'), props: true },
      { path: '/p/:program/conflicts', name: 'conflicts', component: () => import('./pages/link/ConflictPage.vue'), props: true, meta: { title: 'link.conflictTitle' } },
      { path: '/p/:program/notices', name: 'notices', component: () => import('./pages/figure/NoticePage.vue'), props: true },
      { path: '/screen', name: 'screen', component: () => import('./pages/screen/ScreenPage.vue'), meta: { bare: true, title: 'screen.title' } },
      { path: '/print/:sheet', name: 'print', component: () => import('./pages/print/PrintPage.vue'), props: true, meta: { bare: true } },
      { path: '/calendar', name: 'calendar', component: () => import('./pages/calendar/CalendarPage.vue'), meta: { title: 'calendar.title' } },
      { path: '/parties', name: 'parties', component: () => import('./pages/party/PartyList.vue'), meta: { title: 'party.title' } },
      { path: '/parties/new', name: 'party-new', component: () => import('./pages/party/PartyCreate.vue'), meta: { title: 'party.new' } },
      { path: '/parties/:id', name: 'party', component: () => import('./pages/party/PartyPage.vue'), props: true },
      { path: '/grounds', name: 'grounds', component: () => import('./pages/ground/GroundPage.vue'), meta: { title: 'ground.title' } },
      { path: '/imports', name: 'imports', component: () => import('./pages/import/ImportList.vue'), meta: { title: 'imports.title' } },
      { path: '/imports/new', name: 'import-new', component: () => import('./pages/import/ImportNew.vue'), meta: { title: 'imports.new' } },
      { path: '/imports/:id', name: 'import', component: () => import('./pages/import/ImportPage.vue'), props: true, meta: { title: 'imports.title' } },
      { path: '/search', name: 'search', component: () => import('./pages/search/SearchPage.vue'), meta: { title: 'search.title' } },
      { path: '/admin/regions', name: 'regions', component: () => import('./pages/admin/RegionPage.vue'), meta: { title: 'region.title' } },
      { path: '/admin/maps', name: 'maps', component: () => import('./pages/admin/MapAdminPage.vue'), meta: { title: 'map.adminTitle' } },
      { path: '/admin/orgs', name: 'orgs', component: () => import('./pages/admin/OrgPage.vue'), meta: { title: 'org.title' } },
      { path: '/admin/accounts', name: 'accounts', component: () => import('./pages/admin/AccountPage.vue'), meta: { title: 'account.title' } },
      { path: '/admin/sign-in', name: 'sign-in-rules', component: () => import('./pages/admin/SignInRulesPage.vue'), meta: { title: 'rules.title' } },
      { path: '/admin/approvals', name: 'approvals', component: () => import('./pages/admin/ApprovalPage.vue'), meta: { title: 'approval.title' } },
      { path: '/jobs', name: 'jobs', component: () => import('./pages/job/JobsPage.vue'), meta: { title: 'job.title' } },
      { path: '/notices', name: 'messages', component: () => import('./pages/tell/NoticePage.vue'), meta: { title: 'tell.title' } },
      { path: '/admin/channels', name: 'channels', component: () => import('./pages/tell/ChannelPage.vue'), meta: { title: 'tell.channels' } },
      { path: '/admin/deliveries', name: 'deliveries', component: () => import('./pages/tell/DeliveryPage.vue'), meta: { title: 'tell.deliveries' } },
      { path: '/admin/partners', name: 'partners', component: () => import('./pages/link/PartnerList.vue'), meta: { title: 'link.title' } },
      { path: '/admin/partners/:id', name: 'partner', component: () => import('./pages/link/PartnerPage.vue'), props: true },
      { path: '/me', name: 'me', component: () => import('./pages/session/MePage.vue'), meta: { title: 'me.title' } },
      { path: '/audit', name: 'audit', component: () => import('./pages/audit/AuditPage.vue'), meta: { title: 'audit.title' } },
      { path: '/:rest(.*)*', name: 'absent', component: () => import('./pages/session/AbsentPage.vue'), meta: { title: 'absent.title' } },
    ],
  })

  router.beforeEach(async (to) => {
    const store = useSessionStore()
    try {
      await store.load()
    } catch { /* no network: the page itself says so and offers to try again */ }
    if (!store.signedIn && store.known && !to.meta.open) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
    if (store.signedIn && to.name === 'sign-in') return { name: 'work' }
    return true
  })
  router.afterEach((to) => {
    setTitle(to.meta.title ? t(to.meta.title) : '')
  })
  // After an update the old chunks are gone from the server: load the address afresh.
  router.onError((error: Error, to) => {
    if (!/dynamically imported module|Importing a module script/.test(error.message)) return
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
    if (Date.now() - last < 10_000) return // once: a chunk that is truly missing must not loop
    sessionStorage.setItem(RELOADED, String(Date.now()))
    location.assign(router.resolve(to).href)
  })
  return router
}

let seen: ((title: string) => void) | undefined
/** Hears the title of each page as it becomes known. */
export const onTitle = (hear: (title: string) => void): void => { seen = hear }

/** Pages drawn from data set their own title once they have it. */
export function setTitle(title: string): void {
  seen?.(title)
  document.title = title ? `${title} · ${t('app.name')}` : t('app.name')
}
