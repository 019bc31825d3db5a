/** What the dock shows, by the name in data-app: its address, and what activates the server's markup. */
import type { Running } from "../apps/per_patient";

/** An app in the dock; `takeFiles` sends files that were dropped on the patient's row. */
export interface DockApp extends Running {
  focus?(): void;
  takeFiles?(files: File[]): void;
}

interface Known {
  path: string;
  load: () => Promise<(place: HTMLElement) => DockApp | null>;
}

export const DOCK_APPS: Readonly<Record<string, Known>> = {
  files: { path: "transfers", load: async () => (await import("../file_transfer/panel")).startTransfers },
  chat: {
    path: "chat",
    load: async () => {
      const { ChatPanel } = await import("../chat/panel");
      return (place) => {
        const root = place.querySelector<HTMLElement>("[data-chat]");
        return root && new ChatPanel(root);
      };
    },
  },
};
