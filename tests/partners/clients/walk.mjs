// What both clients share: their orders come as one JSON argument, what they saw goes out as JSON lines, and
// where the officer's browser was sent back to comes in as a line.
import { webcrypto } from 'node:crypto'
import { createInterface } from 'node:readline'

// Node.js 18, which Debian 12 has, keeps these apart.
globalThis.crypto ??= webcrypto
globalThis.CryptoKey ??= webcrypto.CryptoKey

export const orders = JSON.parse(process.argv[2])

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

export function tell(step, seen) {
  console.log(JSON.stringify({ step, ...seen }))
}

export async function sentBack() {
  return new URL((await lines.next()).value)
}

// A key as the Web Crypto API holds it, from a private JWK.
export async function signingKey(jwk) {
  const kinds = {
    ES256: { name: 'ECDSA', namedCurve: 'P-256' },
    Ed25519: { name: 'Ed25519' },
    PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  }
  const { kty, crv, x, y, d, n, e, p, q, dp, dq, qi } = jwk
  const numbers = JSON.parse(JSON.stringify({ kty, crv, x, y, d, n, e, p, q, dp, dq, qi }))
  const key = await crypto.subtle.importKey('jwk', numbers, kinds[jwk.alg], false, ['sign'])
  return { key, kid: jwk.kid }
}
