import { createApp } from 'vue'
import { createPinia } from 'pinia'
import '@linqiao/shared/styles/tokens.css'
import 'element-plus/es/components/message/style/css'
import './styles/console.css'
import { t } from '@linqiao/shared/i18n'
import App from './App.vue'
import { setUpTexts } from './locales'
import { setUpStepUp } from '@linqiao/shared/api/stepUp'
import { createConsoleRouter } from './router'
import { useSessionStore } from './stores/session'

async function start(): Promise<void> {
  await setUpTexts()
  const app = createApp(App)
  app.use(createPinia())
  const router = createConsoleRouter()
  useSessionStore().connect(() => {
    const { fullPath, name } = router.currentRoute.value
    if (name !== 'sign-in') void router.push({ name: 'sign-in', query: { to: fullPath } })
  })
  setUpStepUp()
  app.config.globalProperties.$t = t
  app.use(router)
  app.mount('#app')
}

void start()
