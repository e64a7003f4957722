// The dialect of the TeamsJS library: {func, args} to the host, answered by the message's own UUID. What the library
// adds for its maker's statistics is left out.
const bridge = ({ hears, post, refuse }) => {
  const VERSION = "2.58.0"; // of the library whose wire this is
  const RUNTIME = 4; // its newest
  const answers = { __proto__: null };
  let id = 0;
  let place, started, told;

  const call = (func, ...args) =>
    new Promise((done) => {
      const [key, uuidAsString] = [id++, crypto.randomUUID()];
      // Old hosts answer by the number alone.
      answers[key] = answers[uuidAsString] = (given) => {
        answers[key] = answers[uuidAsString] = 0;
        done(given);
      };
      post({ id: key, uuidAsString, func, args, timestamp: Date.now() });
    });
  const theme = (name) => (name ? hears["inlay-theme"]({ theme: name == "default" ? "light" : "dark" }) : "shape");

  const start = async () => {
    const [context, , ...more] = await call("initialize", VERSION, RUNTIME, undefined);
    // The host's runtime comes third or fourth, beside its version, and from old ones not at all.
    for (const text of more)
      if (/^{/.test(text) && !(JSON.parse(text).apiVersion <= RUNTIME)) throw "version";
    place = context;
    call("registerHandler", "themeChange");
    call("getContext").then(([about]) => refuse(theme(about?.theme)));
  };

  return {
    call,
    started: () => started,
    hear(message) {
      const { id, func, args, uuidAsString = id } = message || {};
      if (!Array.isArray(args) || (func && func != "themeChange")) return "shape";
      if (func) return theme(args[0]);
      if (!answers[uuidAsString]) return "instance";
      answers[uuidAsString](args);
    },
    say(name, { height, state }) {
      if (name == "hello") started = start().catch((why) => new Promise(() => refuse(why.message ? "shape" : why)));
      // A tab has the size that it is given; a dialog may ask for another.
      else if (height) started.then(() => place == "task" && call("tasks.updateTask", { height }));
      else
        told ||= started.then(() =>
          state == "denied"
            ? call("appInitialization.expectedFailure", "PermissionError", undefined)
            : call("appInitialization.success", VERSION),
        );
    },
  };
};
