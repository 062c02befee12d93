import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vite'

// Element's components are looked up by tag so that each brings only its own CSS; our own
// components are always imported by name.
export default defineConfig({
  base: '/console/',
  plugins: [
    vue(),
    Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css', directives: false })] }),
  ],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: { manifest: true, target: 'es2022', cssTarget: 'chrome109', chunkSizeWarningLimit: 800, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': process.env.LINQIAO_API ?? 'http://127.0.0.1:8080' } },
})
