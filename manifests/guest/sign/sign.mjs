// Signs a launch: who looks at which records of yours, in which panel. It works once, for five minutes.
//   {{ variable }}=... node sign.mjs VIEWER COMPONENT RECORD [RECORD...]
{% if algorithm != "HS256" %}
// {{ variable }} is the path of the private key (PEM).
{% endif %}
import crypto from "node:crypto";
{% if algorithm != "HS256" %}
import fs from "node:fs";
{% endif %}
import { pathToFileURL } from "node:url";

const signature = (message) =>
{% if algorithm == "HS256" %}
  crypto.createHmac("sha256", process.env.{{ variable }}).update(message).digest("base64url");
{% else %}
  crypto
    .sign({% if algorithm == "EdDSA" %}null{% else %}"sha256"{% endif %}, Buffer.from(message), {
      key: fs.readFileSync(process.env.{{ variable }}, "utf8"),
{% if algorithm == "ES256" %}
      dsaEncoding: "ieee-p1363",
{% endif %}
    })
    .toString("base64url");
{% endif %}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

// `more`: name, locale (de), zoneinfo (Europe/Berlin), roles, fields, features, as docs/hosts/guest.md has them.
export const sign = (viewer, component, records, more = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "{{ algorithm }}", kid: process.env.INLAY_KID || "{{ kid }}", typ: "JWT" };
  const claims = {
    iss: "{{ issuer }}",
    aud: "{{ audience }}",
    sub: viewer,
    origin: "{{ page_origin }}",
    component,
    record: records.length === 1 ? records[0] : records,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 300,
    ...more,
  };
  const message = encoded(header) + "." + encoded(claims);
  return message + "." + signature(message);
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [viewer, component, ...records] = process.argv.slice(2);
  console.log(sign(viewer, component, records));
}
