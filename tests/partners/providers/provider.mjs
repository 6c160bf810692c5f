// An OpenID provider as other people made it, for the tests: signs in whoever gives a login, without asking more.
// Says its issuer as one line of JSON when it listens. What to be is the one argument, as JSON.
import { createRequire } from "node:module";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const wanted = JSON.parse(process.argv[2]);
const found = createRequire(`${wanted.packages}/package.json`).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(found).href);

const listening = createServer();
await new Promise((resolve) => listening.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${listening.address().port}`;

const provider = new Provider(issuer, {
  clients: [wanted.client],
  cookies: { keys: ["a key for the tests alone"] },
  features: {
    devInteractions: { enabled: true },
    pushedAuthorizationRequests: { enabled: wanted.par !== "none", requirePushedAuthorizationRequests: wanted.par === "required" },
  },
  clientAuthMethods: ["private_key_jwt", "client_secret_basic"],
  clientDefaults: { id_token_signed_response_alg: "RS256" },
  enabledJWA: { clientAuthSigningAlgValues: ["ES256"], idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "Ed25519"] },
  jwks: { keys: [
    generateKeyPairSync("rsa", { modulusLength: 2048 }),
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
    generateKeyPairSync("ed25519"),
  ].map((pair) => pair.privateKey.export({ format: "jwk" })) },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
listening.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));
