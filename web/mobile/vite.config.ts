import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { VantResolver } from '@vant/auto-import-resolver'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vitest/config'
import { icons } from './build/icons.ts'
import { pxToRem } from './build/px-to-rem.ts'
import { serviceWorker } from './build/service-worker.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/m/',
  plugins: [
    vue(),
    Components({ dirs: [], dts: false, resolvers: [VantResolver()] }),
    icons(here('./public/icon.svg')),
    serviceWorker({ source: here('./src/sw/sw.js'), also: ['manifest.webmanifest', 'icon.svg'] }),
  ],
  resolve: {
    alias: [
      { find: '@', replacement: here('./src') },
      // Vant's icon font is 40 KB inside its stylesheet; six drawn shapes do.
      { find: /^(.*\/)?vant\/es\/icon\/index\.css$/, replacement: here('./src/styles/vant-icons.css') },
      { find: /^(\.\.\/)+icon\/index\.css$/, replacement: here('./src/styles/vant-icons.css') },
    ],
  },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  css: { postcss: { plugins: [pxToRem()] } },
  build: { manifest: true, target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { port: 5174, proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
})
