// A new signed request from the page around us, which keeps what is open here; else the frame anew.
const renewal =
  ({ launch, send, answers, refuse }) =>
  (asked) => {
    if (asked || launch.used) {
      // After a reload there is nothing to keep, and where a viewer asks, the first way did not work.
      send("repost", { accessToken: "null", refresh: true });
      throw 0;
    }
    return new Promise((done, fail) => {
      setTimeout(fail, 15000);
      answers[send("refresh", { accessToken: "null" })] = ({ status, payload }) => {
        try {
          const token = payload.response;
          const { client } = JSON.parse(atob(token.split(".")[1]));
          if (client.instanceId == launch.instance) return done({ token, kind: "urn:inlay:token-type:signed-request" });
          refuse("instance");
        } catch {
          if (status == 200) refuse("shape");
        }
        fail();
      };
    });
  };
