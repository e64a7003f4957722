// Compiles a Lightning web component with the vendor's own compiler and engine, into one script that a page can load.
// What an org gives its components is given here: its direction, its language, its form factor.
//   node panel.mjs FOLDER_OF_node_modules FOLDER_WITH_c/<component> FORM_FACTOR
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [installed, folder, form] = process.argv.slice(2);
const require = createRequire(installed + "/");
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { rollup } = await load("rollup");
const plugin = await load("@lwc/rollup-plugin");
const lwc = plugin.default.default || plugin.default;

const given = {
  "@salesforce/i18n/dir": "rtl",
  "@salesforce/i18n/locale": "de-DE",
  "@salesforce/client/formFactor": form,
};
const start = `import { createElement } from "lwc"; import Panel from "c/inlayPanel";
window.panel = (more) => document.body.appendChild(Object.assign(createElement("c-inlay-panel", { is: Panel }), more));`;
const org = {
  name: "org",
  resolveId: (id) => (id === "start" || id in given ? "\0" + id : null),
  load: (id) => (id === "\0start" ? start : id.slice(1) in given ? "export default " + JSON.stringify(given[id.slice(1)]) : null),
};
const warned = [];
const bundle = await rollup({
  input: "start",
  plugins: [org, lwc({ rootDir: folder, modules: [{ dir: folder }] })],
  onwarn: (warning) => warned.push(String(warning.message)),
});
const intro = 'const process = { env: { NODE_ENV: "production" } };';
const { output } = await bundle.generate({ format: "iife", intro });
process.stdout.write(JSON.stringify({ warned, script: output[0].code }));
