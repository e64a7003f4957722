// Signs a launch: who looks at which records of yours, in which panel. It works once, for five minutes.
// A script include of an instance, not client callable. The key is the caller's to keep: in a system property of the
// type password2, never in a script.
var InlaySign = Class.create();
InlaySign.prototype = {
  initialize: function () {},

  // more: name, locale (de), zoneinfo (Europe/Berlin), roles, fields, features, as docs/hosts/guest.md has them.
  sign: function (key, kid, component, records, more) {
    var now = Math.floor(new Date().getTime() / 1000);
    var claims = {
      iss: "{{ issuer }}",
      aud: "{{ audience }}",
      sub: String(gs.getUserID()),
      origin: "{{ page_origin }}",
      component: component,
      record: records.length === 1 ? records[0] : records,
      jti: String(gs.generateGUID()),
      iat: now,
      exp: now + 300
    };
    for (var name in more) claims[name] = more[name];
    var message = this._encoded({ alg: "{{ algorithm }}", kid: kid, typ: "JWT" }) + "." + this._encoded(claims);
    var mac = new GlideCertificateEncryption().generateMac(GlideStringUtil.base64Encode(key), "HmacSHA256", message);
    return message + "." + this._urlSafe(mac);
  },

  // In ASCII, so that it does not matter how the platform writes other signs.
  _encoded: function (value) {
    var text = JSON.stringify(value).replace(/[\u007f-\uffff]/g, function (sign) {
      return "\\u" + ("000" + sign.charCodeAt(0).toString(16)).slice(-4);
    });
    return this._urlSafe(GlideStringUtil.base64Encode(text));
  },

  _urlSafe: function (value) {
    return String(value).replace(/\s+/g, "").replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  },

  type: "InlaySign"
};
