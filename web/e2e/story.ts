/** What every story stands on: one server and one browser, told about when it breaks off. */
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import type { Browser } from 'playwright-core'
import { launch } from './axe'
import { Person } from './person'
import { startServer, type Server } from './server'

export interface Stage { server: Server; browser: Browser }

export function useStage(): Stage {
  const stage = {} as Stage
  beforeAll(async () => {
    [stage.server, stage.browser] = await Promise.all([startServer(inject('county')), launch()])
  })
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') await Person.tell()
  })
  afterAll(async () => {
    await stage.browser?.close()
    await stage.server?.stop()
  })
  return stage
}

/** A day in Beijing, so many days from today. */
export const inDays = (n: number): string => new Date(Date.now() + n * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)
