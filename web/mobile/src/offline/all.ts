// What the pages use of the phone's store, gathered into one chunk.
export * from './drafts'
export * from './cache'
export * from './bodies'
export * from './photos'
export * from './queue'
export * from './purge'
export * from './sender'
export { vaultOpen, VaultClosed } from './vault'
