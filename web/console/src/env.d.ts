/// <reference types="vite/client" />
import type { t } from '@linqiao/shared/i18n'

declare module 'vue' {
  interface ComponentCustomProperties {
    $t: typeof t
  }
}
