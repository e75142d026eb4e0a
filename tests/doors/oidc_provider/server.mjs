// A real OpenID provider, with pages to sign in and to consent, for each issuer that it is told of.
//
// Reads one JSON object from the file that is named: { issuers: [{ port, algorithm, clients, jwks, accounts,
// idTokenSeconds }] }, and prints "ready". `accounts` are claims by login; `otp` in the form is a second factor.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const { issuers } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const page = (title, uid, step, fields) => `<!doctype html><title>${title}</title>
<form method="post" action="/interaction/${uid}/${step}">${fields}<button>Continue</button></form>`;
const LOGIN = '<input name="login"><input name="password" type="password"><input name="otp">';

async function form(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

async function granted(provider, details) {
  const { grantId, session, params, prompt } = details;
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope, missingOIDCClaims } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  return grant.save();
}

async function interact(provider, issuer, request, response) {
  const [, , , step] = new URL(request.url, 'http://localhost').pathname.split('/');
  const details = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    const isLogin = details.prompt.name === 'login';
    const html = isLogin
      ? page('Sign in', details.uid, 'login', LOGIN)
      : page('Consent', details.uid, 'consent', '');
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
    return;
  }
  if (step === 'consent') {
    const consent = { grantId: await granted(provider, details) };
    await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
    return;
  }
  const sent = await form(request);
  const login = sent.get('login');
  const isRight = login in issuer.accounts && sent.get('password') === `password of ${login}`;
  const amr = sent.get('otp') ? ['pwd', 'otp'] : ['pwd'];
  const result = isRight
    ? { login: { accountId: login, amr } }
    : { error: 'access_denied', error_description: 'wrong password' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function serve(issuer) {
  const provider = new Provider(`http://127.0.0.1:${issuer.port}`, {
    clients: issuer.clients,
    jwks: issuer.jwks,
    claims: {
      openid: ['sub', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['name', 'groups'],
    },
    conformIdTokenClaims: issuer.tellsByUserinfo ?? true,
    enabledJWA: { idTokenSigningAlgValues: [issuer.algorithm] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['for tests only'] },
    ttl: { IdToken: () => issuer.idTokenSeconds ?? 3600, AccessToken: 600, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...issuer.accounts[id] }) }),
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    interact(provider, issuer, request, response).catch((error) => {
      response.writeHead(400).end(String(error));
    });
  });
  return new Promise((resolve) => server.listen(issuer.port, '127.0.0.1', resolve));
}

await Promise.all(issuers.map(serve));
console.log('ready');
