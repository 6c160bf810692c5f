// A partner's program written with oauth4webapi.
import { orders, sentBack, signingKey, tell } from './walk.mjs'
import * as oauth from 'oauth4webapi'

const { issuer, client_id, jwk, redirect_uri } = orders
const options = { [oauth.allowInsecureRequests]: true }
const found = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...options })
const as = await oauth.processDiscoveryResponse(new URL(issuer), found)
tell('discovery', { issuer: as.issuer })
const api = new URL('/api', issuer)
const described = await oauth.resourceDiscoveryRequest(api, options)
tell('resource', { resource: (await oauth.processResourceDiscoveryResponse(api, described)).resource })

const client = { client_id }
const authentication = oauth.PrivateKeyJwt(await signingKey(jwk))
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(jwk.alg))

// The server asks for its nonce once; the library remembers it.
async function again(request) {
  try {
    return await request()
  } catch (problem) {
    if (!oauth.isDPoPNonceError(problem)) throw problem
    tell('nonce', {})
    return request()
  }
}

const own = await again(async () => {
  const parameters = new URLSearchParams({ scope: 'cases:read' })
  const answer = await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, { DPoP, ...options })
  return oauth.processClientCredentialsResponse(as, client, answer)
})
tell('client_credentials', { token_type: own.token_type, scope: own.scope, expires_in: own.expires_in })

const echo = new URL('/api/echo', issuer)
const read = () => oauth.protectedResourceRequest(own.access_token, 'GET', echo, undefined, null, { DPoP, ...options })
tell('call', { status: (await again(read)).status })

// The library's other half, a resource server's, judges our token and its own proof.
let sent
await oauth.protectedResourceRequest(own.access_token, 'GET', echo, undefined, null, {
  DPoP,
  ...options,
  [oauth.customFetch]: (url, init) => {
    sent = new Request(url, init)
    return fetch(sent)
  },
})
const claims = await oauth.validateJwtAccessToken(as, sent, `${issuer}/api`, { requireDPoP: true, ...options })
tell('validated', { sub: claims.sub, aud: claims.aud })

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const pushed = await again(async () => {
  const parameters = new URLSearchParams({
    response_type: 'code',
    redirect_uri,
    scope: 'cases:read cases:act',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP, ...options })
  return oauth.processPushedAuthorizationResponse(as, client, answer)
})
const asked = new URL(as.authorization_endpoint)
asked.search = new URLSearchParams({ client_id, request_uri: pushed.request_uri })
tell('authorize', { url: asked.href })
const back = oauth.validateAuthResponse(as, client, await sentBack(), state)
const lent = await again(async () => {
  const answer = await oauth.authorizationCodeGrantRequest(
    as, client, authentication, back, redirect_uri, verifier, { DPoP, ...options },
  )
  return oauth.processAuthorizationCodeResponse(as, client, answer)
})
tell('authorization_code', { token_type: lent.token_type, scope: lent.scope })

async function introspected() {
  const answer = await oauth.introspectionRequest(as, client, authentication, lent.access_token, options)
  return oauth.processIntrospectionResponse(as, client, answer)
}
const known = await introspected()
tell('introspection', { active: known.active, cnf: known.cnf, token_type: known.token_type })
const ended = await oauth.revocationRequest(as, client, authentication, lent.access_token, options)
await oauth.processRevocationResponse(ended)
tell('revocation', { active: (await introspected()).active })
process.exit(0)
