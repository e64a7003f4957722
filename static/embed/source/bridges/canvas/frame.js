// The Canvas dialect: JSON texts, answered by their number. The vendor's own client takes messages from anyone and puts
// the viewer's token into each; here only the parent at its one origin is heard, and no token is ever sent.
const bridge = ({ launch, hears, post, refuse }) => {
  const VERSION = "41.0";
  const client = { oauthToken: "null", instanceId: launch.instance, targetOrigin: launch.origin };
  const wanted = { "inlay.theme": {}, "inlay.visible": {} };
  const answers = { __proto__: null };
  let seq = 0;
  let parentVersion;

  const send = (type, more) => {
    seq = seq > 100 ? 0 : seq + 1;
    const body = { type, config: { client }, ...more };
    post(JSON.stringify({ seq, src: "client", clientVersion: VERSION, parentVersion, body, targetModule: "Canvas" }));
    return seq;
  };

  return {
    send,
    answers,
    refuse,
    hear(text) {
      let message;
      try {
        message = JSON.parse(text);
      } catch {}
      const { type, payload, targetModule, clientVersion } = message || {};
      if (targetModule != "Canvas") return "shape";
      if (clientVersion && clientVersion != VERSION) return "version";
      ({ parentVersion } = message);
      if (type == "callback") {
        const answer = answers[message.seq];
        if (!answer) return "instance";
        delete answers[message.seq];
        answer(message);
      } else {
        // Any app on the page may publish an event, so no event carries a proof.
        if (type != "event" || payload?.method != "onData" || !Object.hasOwn(wanted, payload.name) || !payload.payload) return "shape";
        hears[payload.name.replace(".", "-")](payload.payload);
      }
    },
    say(name, { height, component, state, code }) {
      if (name == "hello") send("subscribe", { subscriptions: wanted });
      else if (height) send("resize", { size: { height: height + "px", width: "" } });
      // For the page's own scripts; as other apps may hear it too, it names no record.
      else send("publish", { event: { name: "inlay." + name.replace("-", "_"), payload: { component, state, code } } });
    },
  };
};
