/** The open conversation on the page of the team. */
export function startConversation(): void {
  const root = document.querySelector<HTMLElement>("[data-conversation]");
  if (root) void import("../chat/panel").then(({ ChatPanel }) => new ChatPanel(root));
}
