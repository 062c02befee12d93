// WebAuthn in the browser: the server speaks JSON with bytes in base64url, the browser
// wants buffers. Older browsers lack the standard's own translation, so it is here.
import { ApiProblem } from './problem'

export interface PasskeyAsk { id: string; options: Record<string, unknown> }

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))
const text = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

interface Named { id: string }
const opened = (list: unknown): unknown[] => ((list ?? []) as Named[]).map(x => ({ ...x, id: bytes(x.id) }))

/** Whether this browser can use passkeys here: they need https, or localhost. */
export const passkeysHere = (): boolean => typeof PublicKeyCredential === 'function' && window.isSecureContext

async function run<T>(ceremony: () => Promise<Credential | null>, read: (c: PublicKeyCredential) => T): Promise<T> {
  let made: Credential | null = null
  try {
    made = await ceremony()
  } catch { /* taken back, timed out, or no such key: one answer for all */ }
  if (!made) throw new ApiProblem({ type: 'passkey_none', status: 0 })
  return read(made as PublicKeyCredential)
}

/** Asks for a key that exists. */
export const askKey = ({ options }: PasskeyAsk): Promise<unknown> => run(
  () => navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge as string), allowCredentials: opened(options.allowCredentials) } as PublicKeyCredentialRequestOptions }),
  (c) => {
    const r = c.response as AuthenticatorAssertionResponse
    return {
      id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: c.getClientExtensionResults(),
      response: { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), ...(r.userHandle ? { userHandle: text(r.userHandle) } : {}) },
    }
  })

/** Makes a new key. */
export const makeKey = ({ options }: PasskeyAsk): Promise<unknown> => run(
  () => {
    const user = options.user as { id: string; name: string; displayName: string }
    return navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge as string), user: { ...user, id: bytes(user.id) }, excludeCredentials: opened(options.excludeCredentials) } as unknown as PublicKeyCredentialCreationOptions })
  },
  (c) => {
    const r = c.response as AuthenticatorAttestationResponse
    return {
      id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: c.getClientExtensionResults(),
      response: { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] },
    }
  })
