// Lets the device answer the question that the page holds, and sends the answer with the form. Nothing else on our
// pages is done by a script.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  const part = (name) => form.querySelector(`[data-passkey="${name}"]`);
  if (!form || !window.PublicKeyCredential) return;

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const question = () => {
    const asked = JSON.parse(form.dataset.question);
    asked.challenge = toBytes(asked.challenge);
    if (asked.user) asked.user.id = toBytes(asked.user.id);
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (asked[list]) asked[list] = asked[list].map((known) => ({ ...known, id: toBytes(known.id) }));
    }
    return { publicKey: asked };
  };

  const answer = (found) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[name]) response[name] = toText(found.response[name]);
    }
    return JSON.stringify({
      id: found.id,
      rawId: toText(found.rawId),
      type: found.type,
      clientExtensionResults: {},
      response,
    });
  };

  part("without").hidden = true;
  part("press").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    part("trouble").hidden = true;
    try {
      const found = await navigator.credentials[form.dataset.passkey](question());
      form.elements.answer.value = answer(found);
      form.submit();
    } catch {
      part("trouble").hidden = false;
    }
  });
})();
