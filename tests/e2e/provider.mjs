// An OpenID provider that nobody here wrote, as its package comes: node provider.mjs <package> <port> <redirect URI>
// Its own pages for trying it out ask for a login (any) and for consent. `/opener?keep=no` cuts windows off from
// whoever opened them, as providers do that send Cross-Origin-Opener-Policy.
import { createServer } from "node:http";

const [, , folder, port, redirect] = process.argv;
const { Provider } = await import(`${folder}/lib/index.js`);
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: "inlay", client_secret: "a-secret-of-the-tests", redirect_uris: [redirect], grant_types: ["authorization_code", "refresh_token"] }],
  claims: { openid: ["sub"], profile: ["name", "locale"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id[0].toUpperCase()}${id.slice(1)} Müller`, locale: "en-GB" }) }),
  features: { revocation: { enabled: true } },
  cookies: { keys: ["a-key-of-the-tests"] },
  jwks: { keys: [await signingKey()] },
  pkce: { required: () => true },
  renderError: (ctx, out) => { ctx.type = "text"; ctx.body = JSON.stringify(out); },
  ttl: { AccessToken: 600, Interaction: 600, Session: 3600, Grant: 3600, IdToken: 600, AuthorizationCode: 60, RefreshToken: 3600 },
});

async function signingKey() {
  const { privateKey } = await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign", "verify"]);
  return { ...(await crypto.subtle.exportKey("jwk", privateKey)), kid: "one", use: "sig", alg: "RS256", key_ops: undefined, ext: undefined };
}

let keep = true;
const answer = provider.callback();
createServer((request, response) => {
  if (request.url.startsWith("/opener?")) {
    keep = !request.url.endsWith("=no");
    return response.end("ok");
  }
  if (!keep) response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  answer(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
