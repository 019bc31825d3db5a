/** The open conversation on the page of the team, and the form that begins one. */
export function startConversation(): void {
  const form = document.querySelector<HTMLFormElement>("[data-canned-form]");
  if (form) void import("../chat/canned").then(({ startCanned }) => startCanned(form));
  const root = document.querySelector<HTMLElement>("[data-conversation]");
  if (root) void import("../chat/panel").then(({ ChatPanel }) => new ChatPanel(root));
}
