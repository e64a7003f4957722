// A panel about one document in a page; whoever edits the page says which.
const inlayWebPart = ({ BaseClientSideWebPart }, { PropertyPaneTextField }) => {
  const WORDS = {
    en: {
      which: "Choose the document: edit this page, open this web part's properties, and paste the document's link.",
      wrong: "This is no link to a document here. Use Copy link, or a shorter one.",
      label: "The document's link",
      hint: "In the library: Copy link. Viewers who may not open the document see no more here.",
      title: "Document review",
    },
    de: {
      which: "Wähle das Dokument: Bearbeite diese Seite, öffne die Eigenschaften dieses Webparts und füge den Link des Dokuments ein.",
      wrong: "Das ist kein Link auf ein Dokument hier. Nimm „Link kopieren“ oder einen kürzeren.",
      label: "Link des Dokuments",
      hint: "In der Bibliothek: Link kopieren. Wer das Dokument nicht öffnen darf, sieht auch hier nichts davon.",
      title: "Dokumentprüfung",
    },
  };
  const LONGEST = 250; // signs of a document's name that Inlay takes

  // https://learn.microsoft.com/graph/api/shares-get#encoding-sharing-urls
  const recordOf = (link) => {
    try {
      const { protocol, href, hash } = new URL(link.trim());
      const bytes = new TextEncoder().encode(href.slice(0, href.length - hash.length));
      const name = "u!" + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
      return protocol == "https:" && name.length <= LONGEST ? "share/" + name : "";
    } catch {
      return "";
    }
  };

  return class InlayWebPart extends BaseClientSideWebPart {
    get words() {
      return WORDS[(this.context.pageContext.cultureInfo?.currentUICultureName || "en").slice(0, 2)] || WORDS.en;
    }

    render() {
      const { component, document: link = "" } = this.properties;
      const record = recordOf(link);
      this.panel?.close();
      this.panel = undefined;
      if (record) {
        const { title } = this.words;
        const { context, dark } = this;
        this.panel = inlayPanel({ place: this.domElement, context, component, record, title, dark });
        return;
      }
      const note = document.createElement("p");
      note.setAttribute("role", "status");
      note.textContent = link ? this.words.wrong : this.words.which;
      this.domElement.replaceChildren(note);
    }

    onThemeChanged(theme) {
      this.dark = !!theme?.isInverted;
      this.panel?.theme(this.dark);
    }

    onDispose() {
      this.panel?.close();
    }

    // A link is read when it is whole.
    get disableReactivePropertyChanges() {
      return true;
    }

    getPropertyPaneConfiguration() {
      const { label, hint, wrong } = this.words;
      const onGetErrorMessage = (value) => (!value || recordOf(value) ? "" : wrong);
      const field = PropertyPaneTextField("document", { label, description: hint, multiline: true, onGetErrorMessage });
      return { pages: [{ header: { description: "Inlay" }, groups: [{ groupFields: [field] }] }] };
    }
  };
};
