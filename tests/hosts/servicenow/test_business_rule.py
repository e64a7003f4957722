"""The business rule of the page, run as it stands there: what it sends is an event that we take."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import Secret
from app.events.said import changed_records, read_event
from app.events.signatures import EventRefused, verify

PAGE = Path(__file__).parents[3] / "docs" / "hosts" / "servicenow.md"
KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAAAAAAAAAAA="
NOW = 1_795_000_000
# The parts of the platform that the script names. `generateMac` takes a key in base64 and answers in base64:
# https://www.servicenow.com/docs/r/api-reference/server-api-reference/c_GlideCertificateEncryptionAPI.html
PLATFORM = """
const crypto = require("crypto"), sent = { headers: {} };
const gs = { getProperty: (name) => name === "inlay.event_secret" ? KEY : "", generateGUID: () => "a".repeat(32) };
function GlideDateTime() { this.getNumericValue = () => NOW * 1000 + 500; }
function GlideCertificateEncryption() {
  this.generateMac = (key, name, data) => {
    if (name !== "HmacSHA256") throw new Error(name);
    return crypto.createHmac("sha256", Buffer.from(key, "base64")).update(data, "utf8").digest("base64");
  };
}
const sn_ws = { RESTMessageV2: function () {
  this.setEndpoint = (it) => { sent.endpoint = it; };
  this.setHttpMethod = (it) => { sent.method = it; };
  this.setRequestHeader = (name, it) => { sent.headers[name] = it; };
  this.setRequestBody = (it) => { sent.body = it; };
  this.executeAsync = () => { console.log(JSON.stringify(sent)); };
} };
const current = { getTableName: () => "incident", getUniqueValue: () => "f".repeat(32) };
"""


def test_the_script_of_the_page_signs_an_event_that_we_take() -> None:
    node = shutil.which("node") or pytest.skip("There is no node on this machine.")
    script = re.search(r"```js\n(.*?executeRule.*?)```", PAGE.read_text(), re.DOTALL)
    assert script
    program = f"const KEY = {json.dumps(KEY)}, NOW = {NOW};{PLATFORM}{script[1]}"
    ran = subprocess.run([node, "-e", program], check=True, capture_output=True, text=True)
    sent = json.loads(ran.stdout)
    assert (sent["method"], sent["endpoint"]) == ("post", "https://inlay.example.com/events/acme")
    assert verify([Secret(KEY)], sent["headers"], sent["body"].encode(), NOW) == "a" * 32
    assert [str(each) for each in changed_records(read_event(sent["body"].encode()))] == [f"incident/{'f' * 32}"]
    with pytest.raises(EventRefused):
        verify([Secret(KEY)], sent["headers"], sent["body"].encode() + b" ", NOW)
