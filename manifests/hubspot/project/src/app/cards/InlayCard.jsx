// The card on a record: HubSpot signs its request to Inlay, whose answer is the address of the panel, good once.
import React, { useState } from "react";
import { Alert, Button, Flex, Text, hubspot, useExtensionActions, useExtensionContext } from "@hubspot/ui-extensions";

const LAUNCH = "{{ launch_url }}?component={{ component }}";
const KINDS = { "0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-136": "leads" };
const WORDS = {
  en: { open: "Show the score", about: "The score of this record, and its reasons.", title: "Score", away: "The score is not available right now.", code: "Reference" },
  de: { open: "Bewertung zeigen", about: "Die Bewertung dieses Datensatzes und ihre Gründe.", title: "Bewertung", away: "Die Bewertung ist gerade nicht verfügbar.", code: "Kennung" },
};

hubspot.extend(() => <InlayCard />);

const InlayCard = () => {
  const { crm, user } = useExtensionContext();
  const { openIframeModal } = useExtensionActions();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const locale = user.locale || user.language || "en";
  const words = WORDS[locale.slice(0, 2)] || WORDS.en;

  const show = async () => {
    setBusy(true);
    setWrong("");
    try {
      const record = (KINDS[crm.objectTypeId] || crm.objectTypeId) + "/" + crm.objectId;
      const answer = await hubspot.fetch(LAUNCH, { method: "POST", timeout: 10000, body: { record, locale } });
      const said = await answer.json();
      if (said.address) openIframeModal({ uri: said.address, title: words.title, width: 480, height: 640 });
      else setWrong(words.away + (said.reference ? " " + words.code + ": " + said.reference : ""));
    } catch (problem) {
      setWrong(words.away);
    }
    setBusy(false);
  };

  return (
    <Flex direction="column" gap="small">
      <Text>{words.about}</Text>
      {wrong && <Alert title={wrong} variant="warning" />}
      <Button onClick={show} disabled={busy}>
        {words.open}
      </Button>
    </Flex>
  );
};
