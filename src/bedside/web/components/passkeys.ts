/**
 * Buttons for passkeys. The markup around one says what to do: data-passkey "use" or "make",
 * data-options and data-finish (addresses), data-next, and data-signed-out, where to sign in again.
 * It is hidden until a browser with passkeys runs this.
 */
import { toBytes, toText } from "./encoding";

interface Listed {
  id: string;
  type: "public-key";
}

interface UseOptions {
  challenge: string;
  rpId: string;
  timeout: number;
  allowCredentials: Listed[];
  userVerification: UserVerificationRequirement;
}

interface MakeOptions {
  challenge: string;
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout: number;
  excludeCredentials: Listed[];
  authenticatorSelection: AuthenticatorSelectionCriteria;
}

class Refused extends Error {}

async function post<Answer>(place: HTMLElement, address: string, body: object): Promise<Answer> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (said.code === "confirmation_needed") location.assign("/account/confirm?next=/second-factor");
  if (said.code === "not_signed_in") location.assign(place.dataset.signedOut ?? "/sign-in");
  if (!answer.ok) throw new Refused(said.sentence);
  return said as Answer;
}

function described(listed: Listed[]): PublicKeyCredentialDescriptor[] {
  return listed.map(({ id, type }) => ({ id: toBytes(id), type }));
}

async function use(options: UseOptions): Promise<object | null> {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  if (!(credential instanceof PublicKeyCredential)) return null;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

async function make(options: MakeOptions): Promise<object | null> {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  if (!(credential instanceof PublicKeyCredential)) return null;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
    },
  };
}

async function run(place: HTMLElement): Promise<void> {
  const options = await post<UseOptions & MakeOptions>(place, place.dataset.options ?? "", {});
  const credential = await (place.dataset.passkey === "make" ? make(options) : use(options));
  if (!credential) return;
  const done = await post<{ next: string }>(place, place.dataset.finish ?? "", {
    credential,
    next: place.dataset.next ?? "/",
  });
  location.assign(done.next);
}

function tell(place: HTMLElement, sentence: string): void {
  const said = place.querySelector<HTMLElement>("[data-passkey-said]");
  const text = said?.querySelector("p");
  if (!said || !text) return;
  said.hidden = !sentence;
  text.textContent = sentence;
}

function sentenceFor(place: HTMLElement, error: unknown): string {
  const words = place.querySelector<HTMLElement>("[data-passkey-said]")?.dataset;
  if (error instanceof Refused) return error.message;
  // Browsers answer alike if the person declined, was too slow, or has no passkey here.
  return (error instanceof DOMException ? words?.cancelled : words?.offline) ?? "";
}

export function startPasskeys(): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const place of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
    place.hidden = false;
    const button = place.querySelector<HTMLElement>("[data-passkey-start]");
    button?.addEventListener("click", async () => {
      if (button.getAttribute("aria-busy") === "true") return;
      tell(place, "");
      button.setAttribute("aria-busy", "true");
      try {
        await run(place);
      } catch (error) {
        tell(place, sentenceFor(place, error));
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
}
