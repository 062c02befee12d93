/**
 * The demo county is made once a run; every story begins with a copy of its folder, so
 * that none sees what another did.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { serve } from './server'

declare module 'vitest' {
  export interface ProvidedContext { county: string }
}

export default async function make(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'linqiao-county-'))
  const server = await serve(folder)
  await server.end() // in order: what is copied is whole
  project.provide('county', folder)
  return () => rm(folder, { recursive: true, force: true })
}
