// A partner's program written with openid-client.
import { orders, sentBack, signingKey, tell } from './walk.mjs'
import * as client from 'openid-client'

const { issuer, client_id, jwk, redirect_uri } = orders
const config = await client.discovery(
  new URL(issuer),
  client_id,
  undefined,
  client.PrivateKeyJwt(await signingKey(jwk)),
  { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
)
tell('discovery', { issuer: config.serverMetadata().issuer })

const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(jwk.alg))
const own = await client.clientCredentialsGrant(config, { scope: 'cases:read' }, { DPoP })
tell('client_credentials', { token_type: own.token_type, scope: own.scope, expires_in: own.expires_in })

const echo = new URL('/api/echo', issuer)
const read = () => client.fetchProtectedResource(config, own.access_token, echo, 'GET', null, undefined, { DPoP })
tell('call', { status: (await read()).status })

const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const asked = await client.buildAuthorizationUrlWithPAR(
  config,
  {
    redirect_uri,
    scope: 'cases:read cases:act',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  },
  { DPoP },
)
tell('authorize', { url: asked.href })
const lent = await client.authorizationCodeGrant(
  config,
  await sentBack(),
  { pkceCodeVerifier: verifier, expectedState: state },
  undefined,
  { DPoP },
)
tell('authorization_code', { token_type: lent.token_type, scope: lent.scope })

const known = await client.tokenIntrospection(config, lent.access_token)
tell('introspection', { active: known.active, cnf: known.cnf, token_type: known.token_type })
await client.tokenRevocation(config, lent.access_token)
const gone = await client.tokenIntrospection(config, lent.access_token)
tell('revocation', { active: gone.active })
process.exit(0)
