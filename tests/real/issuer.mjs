// A real OpenID Connect issuer for tests: access tokens (RFC 9068) by client credentials, in RS256 and
// ES256, and keys that rotate: POST /rotate makes a new one of each kind, keeps those before it.
//
//   node issuer.mjs PORT KEYS
//
// KEYS is a file; what it holds is used, so that an issuer that is started again is the same one.
// Modules come from OIDC_NODE_MODULES.

import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(path.join(process.env.OIDC_NODE_MODULES, '..', 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { default: Provider } = await load('oidc-provider');
const { exportJWK, generateKeyPair } = await load('jose');

const [port, file] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const audience = 'https://sluice.test/api';
const kinds = ['RS256', 'ES256'];

async function make(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

let state = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : { generation: 0, keys: [] };

async function rotate() {
  const generation = state.generation + 1;
  const made = await Promise.all(kinds.map((alg) => make(alg, `${alg.toLowerCase()}-${generation}`)));
  state = { generation, keys: [...made, ...state.keys.slice(0, kinds.length)] };
  fs.writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  answer = provider().callback();
}

function provider() {
  const client = (alg) => ({
    client_id: `svc-${alg.toLowerCase()}`,
    client_secret: 'a-secret-of-tests',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  });
  return new Provider(issuer, {
    jwks: { keys: state.keys },
    clients: kinds.map(client),
    clientAuthMethods: ['client_secret_post'],
    clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, { clientId }) => ({
          scope: 'infer',
          audience,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: kinds.find((alg) => clientId === `svc-${alg.toLowerCase()}`) } },
        }),
      },
    },
    extraTokenClaims: () => ({ tier: 'trusted', groups: ['red-team', 'eu'] }),
  });
}

let answer;
if (state.keys.length === 0) {
  await rotate();
} else {
  answer = provider().callback();
}

const server = http.createServer(async (request, response) => {
  if (request.method === 'POST' && request.url === '/rotate') {
    await rotate();
    response.end(JSON.stringify(state.keys.map((key) => key.kid)));
    return;
  }
  answer(request, response);
});
server.listen(Number(port), '127.0.0.1');
