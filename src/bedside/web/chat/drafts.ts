/**
 * A draft, and messages that are written and not sent yet: kept in this tab until they are sent.
 * They belong to one leg of a visit, because what is meant for one clinician must not go to the
 * next.
 */
export interface Unsent {
  draft: string;
  body: string;
}

export class Drafts {
  private readonly draftKey: string;
  private readonly unsentKey: string;

  constructor(visit: string, leg: string) {
    this.draftKey = `bedside-chat-draft-${visit}-${leg}`;
    this.unsentKey = `bedside-chat-unsent-${visit}-${leg}`;
  }

  get draft(): string {
    return sessionStorage.getItem(this.draftKey) ?? "";
  }

  set draft(text: string) {
    if (text) sessionStorage.setItem(this.draftKey, text);
    else sessionStorage.removeItem(this.draftKey);
  }

  get unsent(): readonly Unsent[] {
    try {
      return JSON.parse(sessionStorage.getItem(this.unsentKey) ?? "[]") as Unsent[];
    } catch {
      return [];
    }
  }

  add(one: Unsent): void {
    this.keep([...this.unsent, one]);
  }

  drop(draft: string): void {
    this.keep(this.unsent.filter((one) => one.draft !== draft));
  }

  private keep(all: readonly Unsent[]): void {
    if (all.length > 0) sessionStorage.setItem(this.unsentKey, JSON.stringify(all));
    else sessionStorage.removeItem(this.unsentKey);
  }
}
