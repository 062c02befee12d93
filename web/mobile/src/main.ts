import { createApp } from 'vue'
import '@linqiao/shared/styles/tokens.css'
import './styles/app.css'
import { setUpStepUp } from '@linqiao/shared/api/stepUp'
import { setLocale, type Locale } from '@linqiao/shared/i18n'
import App from './App.vue'
import { watchInstall } from './composables/install'
import { setUpClock } from './composables/clock'
import { mend } from './composables/settings'
import { loadSession, setUpSession } from './composables/session'
import { setUpTextSize } from './composables/textSize'
import { watchNetwork } from './composables/online'
import { setUpTexts, keptLocale } from './locales'
import { router } from './router'
import { setUpServiceWorker } from './sw/register'

setUpTexts()
setUpTextSize()
setUpClock()
watchNetwork()
watchInstall()
setUpSession(() => void router.replace({ name: 'sign-in', query: { to: router.currentRoute.value.fullPath } }))

setUpStepUp()

const wanted: Locale = keptLocale()
const ready = wanted === 'zh-CN' ? Promise.resolve() : setLocale(wanted).catch(() => {})
void ready.then(async () => {
  await loadSession()
  createApp(App).use(router).mount('#app')
  setUpServiceWorker()
  await mend()
})
