import { defineConfig } from 'vitest/config'

/** One story after another in one real county: nothing runs side by side, the first failure ends it. */
export default defineConfig({
  test: { include: ['e2e/*.test.ts'], root: '.', testTimeout: 120_000, hookTimeout: 150_000, bail: 1, fileParallelism: false, pool: 'forks', reporters: ['verbose'] },
})
