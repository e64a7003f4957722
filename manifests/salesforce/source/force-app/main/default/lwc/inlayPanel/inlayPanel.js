import { LightningElement, api } from "lwc";
import DIRECTION from "@salesforce/i18n/dir";
import FORM_FACTOR from "@salesforce/client/formFactor";
import LOCALE from "@salesforce/i18n/locale";
import { inlayFrame } from "./frame";

const ORIGIN = "{{ origin }}";
const LAUNCH = "{{ launch_url }}";
const REASONS = {
    silent: "The panel did not answer. Ask your admin: Trusted URL Inlay, and this page's address among the connection's origins.",
    version: "The panel and this component are of different versions. Ask your admin to install the package again.",
    origin: "Something else than the panel answered, and was not listened to.",
};

// One panel on a record page. Each console tab has its own: hidden ones ask nothing.
export default class InlayPanel extends LightningElement {
    @api recordId;
    @api objectApiName;
    @api component = "{{ components[0] }}";
    @api phone = "{{ phone }}";
    @api height = 120;
    reason = "";
    frame = null;
    iframe = null;

    get panel() {
        return FORM_FACTOR === "Small" ? this.phone : this.component;
    }

    get src() {
        if (!this.recordId || !this.objectApiName || this.panel === "nothing") return "";
        const record = encodeURIComponent(this.objectApiName + "/" + this.recordId);
        return LAUNCH + "?component=" + encodeURIComponent(this.panel) + "&record=" + record;
    }

    get size() {
        return "display:block;inline-size:100%;border:0;height:" + Number(this.height) + "px";
    }

    renderedCallback() {
        const iframe = this.template.querySelector("iframe");
        if (iframe === this.iframe) return;
        this.disconnectedCallback();
        this.iframe = iframe;
        if (!iframe) return;
        const options = { origin: ORIGIN, opaque: true, look: () => this.look() };
        this.frame = inlayFrame(iframe, options, (type, detail) => this.told(type, detail));
        this.eyes = new IntersectionObserver((seen) => this.frame.visible(seen[seen.length - 1].isIntersecting));
        this.eyes.observe(iframe);
        this.dark = window.matchMedia("(prefers-color-scheme: dark)");
        this.dressed = () => this.frame.look();
        this.dark.addEventListener("change", this.dressed);
    }

    disconnectedCallback() {
        if (!this.frame) return;
        this.frame.close();
        this.eyes.disconnect();
        this.dark.removeEventListener("change", this.dressed);
        this.frame = this.iframe = null;
    }

    told(type, detail) {
        if (type === "refused") this.reason = REASONS[detail.reason] || "";
        else if (type === "inlay-hello") this.reason = "";
        if (type === "refused" || type === "inlay-resize" || type === "inlay-hello") return;
        this.dispatchEvent(new CustomEvent(type.replace("inlay-", ""), { detail: { state: detail.state, code: detail.code } }));
    }

    // The page's own surface says whether it is dark: the system's wish need not be the org's.
    look() {
        const probe = this.template.querySelector(".probe");
        const numbers = (getComputedStyle(probe).backgroundColor.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
        const dark = numbers[0] * 0.299 + numbers[1] * 0.587 + numbers[2] * 0.114 < 128;
        return { theme: dark ? "dark" : "light", locale: LOCALE, direction: DIRECTION };
    }
}
