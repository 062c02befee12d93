// Every page of the phone app. Only the pages of the first view are in the first
// chunk; each other is one of its own, precached all the same.
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { session } from './composables/session'
import HomePage from './pages/HomePage.vue'
import SignInPage from './pages/SignInPage.vue'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomePage, meta: { tab: 'home' } },
  { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { open: true } },
  { path: '/start/:program/:record/:move', name: 'start', component: () => import('./pages/StartPage.vue'), meta: { bare: true } },
  { path: '/matters', name: 'matters', component: () => import('./pages/MattersPage.vue'), meta: { tab: 'matters' } },
  { path: '/tasks', name: 'tasks', component: () => import('./pages/TasksPage.vue'), meta: { tab: 'tasks' } },
  { path: '/r/:id', name: 'record', component: () => import('./pages/RecordPage.vue') },
  { path: '/r/:id/move/:move', name: 'move', component: () => import('./pages/MovePage.vue'), meta: { bare: true } },
  { path: '/r/:id/form/:form', name: 'form', component: () => import('./pages/FormPage.vue'), meta: { bare: true } },
  { path: '/p/:party/form/:program/:form', name: 'party-form', component: () => import('./pages/FormPage.vue'), meta: { bare: true } },
  { path: '/r/:id/match/:match', name: 'match', component: () => import('./pages/MatchPage.vue'), meta: { bare: true } },
  { path: '/r/:id/done', name: 'done', component: () => import('./pages/DonePage.vue'), meta: { bare: true } },
  { path: '/r/:id/confirm/:move', name: 'confirm', component: () => import('./pages/ConfirmPage.vue'), meta: { bare: true } },
  { path: '/check-ins', name: 'check-ins', component: () => import('./pages/CheckInPage.vue') },
  { path: '/offers', name: 'offers', component: () => import('./pages/ShelvesPage.vue') },
  { path: '/offers/:program/:record', name: 'shelf', component: () => import('./pages/ShelfPage.vue') },
  { path: '/library', name: 'libraries', component: () => import('./pages/LibrariesPage.vue') },
  { path: '/library/:program/:key', name: 'library', component: () => import('./pages/LibraryPage.vue') },
  { path: '/read/:id', name: 'read', component: () => import('./pages/ReadPage.vue') },
  { path: '/bookings', name: 'bookings', component: () => import('./pages/BookingsPage.vue') },
  { path: '/r/:id/vote/:ballot', name: 'vote', component: () => import('./pages/VotePage.vue'), meta: { bare: true } },
  { path: '/around', name: 'around', component: () => import('./pages/AroundPage.vue') },
  { path: '/published/:id', name: 'published', component: () => import('./pages/PublishedPage.vue') },
  { path: '/find', name: 'find', component: () => import('./pages/FindPage.vue') },
  { path: '/p/:party', name: 'dossier', component: () => import('./pages/DossierPage.vue') },
  { path: '/outbox/:seq', name: 'conflict', component: () => import('./pages/ConflictPage.vue') },
  { path: '/outbox', name: 'outbox', component: () => import('./pages/OutboxPage.vue') },
  { path: '/notices', name: 'notices', component: () => import('./pages/NoticesPage.vue'), meta: { tab: 'notices' } },
  { path: '/me', name: 'me', component: () => import('./pages/MePage.vue'), meta: { tab: 'me' } },
  { path: '/me/looks', name: 'looks', component: () => import('./pages/LooksPage.vue') },
  { path: '/me/accounts', name: 'accounts', component: () => import('./pages/AccountsPage.vue') },
  { path: '/me/consents', name: 'consents', component: () => import('./pages/ConsentsPage.vue') },
  { path: '/me/sessions', name: 'sessions', component: () => import('./pages/SessionsPage.vue') },
  { path: '/me/factors', name: 'factors', component: () => import('./pages/FactorsPage.vue') },
  { path: '/me/notices', name: 'preferences', component: () => import('./pages/PreferencesPage.vue') },
  { path: '/me/install', name: 'install', component: () => import('./pages/InstallPage.vue') },
  { path: '/me/text', name: 'text-size', component: () => import('./pages/TextSizePage.vue'), meta: { open: true } },
  { path: '/:rest(.*)*', name: 'lost', component: () => import('./pages/LostPage.vue'), meta: { open: true } },
]

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach((to) => {
  if (!session.value && !to.meta.open) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  return true
})

// A screen reader and the keyboard start each page at its heading.
router.afterEach(async (to, from) => {
  if (to.path === from.path || !from.name) return
  await nextTick()
  document.querySelector<HTMLElement>('h1[tabindex]')?.focus({ preventScroll: true })
})
