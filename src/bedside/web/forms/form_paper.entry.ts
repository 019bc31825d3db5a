/**
 * The pages of a form that was filled in by hand: photographed, made into one document, and added to
 * what is sent. Without a connection they wait on this phone, and are added as soon as there is one.
 */
import { KeptPages } from "../uploading/kept_pages";
import { PaperPages } from "../uploading/paper_pages";
import { say } from "../uploading/paper_words";

const AGAIN_MS = 10_000;

class FormOnPaper {
  private readonly words: Record<string, unknown>;
  private readonly kept: KeptPages;
  private readonly paper: PaperPages;

  constructor(private readonly root: HTMLElement) {
    const section = root.querySelector<HTMLElement>("[data-paper]");
    this.words = JSON.parse(section?.dataset.paperWords ?? "{}") as Record<string, unknown>;
    const { owner = "", key = "", paperOf = "" } = root.dataset;
    this.kept = new KeptPages({ owner, key }, paperOf, {
      changed: () => this.paper.show(),
      take: (document, id) => this.added(document, id),
      done: () => window.location.reload(),
    });
    this.paper = new PaperPages(root, this.kept, (sentence) => this.put("[data-said]", sentence));
  }

  async start(): Promise<void> {
    document.querySelector("#send")?.addEventListener("submit", (event) => {
      if (this.paper.blocks()) event.preventDefault();
    });
    await this.kept.start();
    this.root.hidden = false;
  }

  /** Tries until the server has answered. The page then shows the document. */
  private async added(document: File, id: string): Promise<boolean> {
    this.put("[data-said]", "");
    for (;;) {
      this.put("[data-on-its-way]", say(this.words, navigator.onLine ? "adding" : "offline"));
      const problem = await this.post(document, id);
      if (problem === "") return true;
      if (problem !== null) {
        this.put("[data-on-its-way]", "");
        this.put("[data-said]", problem);
        return false;
      }
      this.put("[data-on-its-way]", say(this.words, navigator.onLine ? "later" : "offline"));
      await this.connected();
    }
  }

  /** What is wrong, in words; "" if nothing is, null if there was no answer. */
  private async post(document: File, id: string): Promise<string | null> {
    const body = new FormData();
    body.append("given", id);
    body.append("file", document);
    try {
      const answer = await fetch(`${this.root.dataset.paperOf ?? ""}/paper`, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
      });
      if (answer.ok) return ((await answer.json()) as { problem: string }).problem;
      if (answer.status >= 500 || answer.status === 429) return null;
      window.location.reload(); // it was sent elsewhere, or the link has ended: the page says so
      return say(this.words, "later");
    } catch {
      return null;
    }
  }

  private connected(): Promise<void> {
    return new Promise((resolve) => {
      window.addEventListener("online", () => resolve(), { once: true });
      window.setTimeout(resolve, AGAIN_MS);
    });
  }

  private put(where: string, sentence: string): void {
    const place = this.root.querySelector<HTMLElement>(where);
    if (!place) return;
    place.hidden = !sentence;
    if (place.textContent !== sentence) place.textContent = sentence;
  }
}

const root = document.querySelector<HTMLElement>("[data-paper-of]");
if (root) void new FormOnPaper(root).start();
