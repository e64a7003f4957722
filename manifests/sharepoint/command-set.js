// A command in every library: what Inlay found in the selected document, in a panel at the side. The host has no panel
// of its own for this, so this draws one, and touches nothing else of the page.
const inlayCommandSet = ({ BaseListViewCommandSet }) => {
  const COMMAND = "INLAY_OPEN";
  const READABLE = /\.(pdf|docx|txt|md)$/i;
  const WORDS = {
    en: { title: "Document review", close: "Close" },
    de: { title: "Dokumentprüfung", close: "Schließen" },
  };
  const bare = (id) => String(id).replace(/[{}]/g, "").toLowerCase();
  const isDark = () => {
    const [red = 255, green = 255, blue = 255, alpha = 1] = (getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) || []).map(Number);
    return alpha > 0 && red * 0.3 + green * 0.59 + blue * 0.11 < 128;
  };

  return class InlayCommandSet extends BaseListViewCommandSet {
    async onInit() {
      this.context.listView?.listViewStateChangedEvent?.add(this, () => this.look());
      this.look();
    }

    get row() {
      const rows = this.context.listView?.selectedRows || [];
      const [row] = rows;
      const name = row?.getValueByName("FileLeafRef") || "";
      return rows.length == 1 && row.getValueByName("FSObjType") != "1" && READABLE.test(name) ? row : undefined;
    }

    look() {
      const command = this.tryGetCommand(COMMAND);
      if (!command) return;
      const visible = !!this.row;
      if (command.visible == visible) return;
      command.visible = visible;
      this.raiseOnChange();
    }

    onExecute({ itemId }) {
      const { row } = this;
      if (itemId != COMMAND || !row) return;
      const { site, web, list } = this.context.pageContext;
      const library = this.context.listView.list?.guid || list.id;
      const item = bare(row.getValueByName("UniqueId") || row.getValueByName("ID"));
      const ids = [location.hostname, bare(site.id), bare(web.id), bare(library), item];
      this.open("listItem/" + ids.join(":"), row.getValueByName("FileLeafRef"));
    }

    open(record, name) {
      this.close?.();
      const back = document.activeElement;
      const words = WORDS[(this.context.pageContext.cultureInfo?.currentUICultureName || "en").slice(0, 2)] || WORDS.en;
      const dark = isDark();
      const make = (kind, style, more, ...inner) => {
        const made = Object.assign(document.createElement(kind), more);
        Object.assign(made.style, style);
        made.append(...inner);
        return made;
      };
      const close = make("button", { font: "inherit", padding: "4px 12px", minHeight: "32px" }, { type: "button" }, words.close);
      const title = make("b", { flex: "1", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }, { title: name }, name);
      const bar = make("div", { display: "flex", gap: "8px", alignItems: "center", padding: "8px 12px" }, {}, title, close);
      const place = make("div", { flex: "1", display: "flex", flexDirection: "column", minHeight: "0" });
      const side = make("aside", {
        position: "fixed", insetBlock: "0", insetInlineEnd: "0", width: "min(420px, 100vw)", zIndex: "1000", display: "flex",
        flexDirection: "column", background: dark ? "#242424" : "#fff", color: dark ? "#ededed" : "#242424",
        boxShadow: "0 8px 16px rgba(0,0,0,.28)", font: "14px/1.4 'Segoe UI', system-ui, sans-serif",
      }, { ariaLabel: words.title }, bar, place);
      document.body.append(side);
      const { component } = FACTS;
      const panel = inlayPanel({ place, context: this.context, component, record, title: words.title, dark, fills: true });
      const escape = ({ key }) => key == "Escape" && this.close();
      this.close = () => {
        panel.close();
        side.remove();
        this.close = undefined;
        back?.focus?.();
      };
      close.onclick = () => this.close();
      side.addEventListener("keydown", escape);
      close.focus();
    }

    onDispose() {
      this.close?.();
    }
  };
};
