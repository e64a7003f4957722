// The contrast sheet: our pairs in both themes, and our inks on every host's ground.
import { h, put } from "./dom.js";
import { set } from "./state.js";

const swatch = ({ ink, ground, ratio, text, mark }) =>
  h("td", { class: text ? "pass" : mark ? "marks" : "fail" },
    h("span", { class: "swatch", style: { color: ink, background: ground } }, "Ag"),
    h("b", {}, ratio.toFixed(2)), !text && h("small", {}, mark ? "marks only" : "fails"));

export const drawContrast = async (stage) => {
  const { own, hosts, inks } = await (await fetch("/preview/contrast.json")).json();
  put(stage, h("div", { class: "sheet" },
    h("h2", {}, "Our own pairs"), h("p", {}, "Text needs 4.5 (WCAG 1.4.3), marks that carry meaning 3 (1.4.11). Never rounded up."),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "Ink on ground"), h("th", {}, "Light"), h("th", {}, "Dark"))),
      h("tbody", {}, own.map(({ ink, ground, schemes }) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, ink), " on ", h("code", {}, ground)), schemes.map((each) => swatch(each)))))),
    h("h2", {}, "Our inks on hosts' grounds"), h("p", {}, "What a component without a ground of its own would look like there. Where it fails, paint ", h("code", {}, "--inlay-surface"), "."),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "Host"), inks.map((ink) => h("th", {}, h("code", {}, ink))))),
      h("tbody", {}, hosts.flatMap(({ host, look, key, rows }) => rows.map(({ role, token, ground, cells }) =>
        h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button", onclick: () => set({ host: key, view: "canvas" }) }, `${host}, ${look}`), h("small", {}, `${role}: `, h("code", {}, token), ` ${ground}`)), cells.map((each) => swatch(each)))))))));
};
