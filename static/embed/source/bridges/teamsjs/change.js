// A token from the host: silently as long as nobody asked, then it may ask the viewer.
const renewal =
  ({ started, call }) =>
  (asked, { claims }) =>
    new Promise((done, fail) => {
      if (!asked) setTimeout(fail, 15000);
      started()
        .then(() => call("authentication.getAuthToken", undefined, claims && [claims], !asked, undefined))
        .then(([good, token]) => (good === true && typeof token == "string" ? done({ token }) : fail()), fail);
    });
