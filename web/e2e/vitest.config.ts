import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * Each file is a story in a county and a browser of its own; its tests follow one
 * another. Two files run side by side, since a browser leaves a core idle while the
 * server works. A test that breaks off is tried once more and named in the report: on
 * a busy machine a browser may stall longer than any wait of ours.
 */
export default defineConfig({
  test: {
    include: ['e2e/*.test.ts'], root: '.', globalSetup: 'e2e/county.ts', testTimeout: 180_000, hookTimeout: 150_000,
    bail: 3, retry: 1, pool: 'forks', maxWorkers: Math.min(2, availableParallelism()), reporters: ['verbose'],
  },
})
