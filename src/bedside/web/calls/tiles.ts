/**
 * The pictures: one tile for each other person, one for a shared screen, the own picture in the
 * corner. Tiles are made from the page's template, and stay the same elements while somebody is
 * there, so that nothing flickers. What a picture cannot say is in words on it.
 */

import { say } from "../apps/place";
import { announce } from "../components/announce";
import { showPicture } from "../media/show_picture";
import { OwnPicture } from "./own_picture";
import { columnsFor } from "./picture_fit";
import { Playing } from "./playing";
import type { CallSession } from "./session";
import { type Sign, signOf } from "./signs";
import type { Participant } from "./state";
import { gridFor, MANY } from "./tile_grid";
import { TilePicture } from "./tile_picture";
import type { PartState } from "./tracks";

interface Shown {
  id: string;
  name: string;
  kind: string;
  stream: MediaStream | null;
  hasPicture: boolean;
  isScreen: boolean;
  sign: Sign;
  isPaused: boolean;
  state: PartState | "asked";
}

export class Tiles {
  private readonly tiles = new Map<string, HTMLElement>();
  private readonly looks = new Map<string, TilePicture>();
  private readonly states = new Map<string, Shown["state"]>();
  private readonly playing = new Playing(() => this.drawHeld());
  private pinned = "";
  private readonly resized = new ResizeObserver(() => this.arrange());

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    this.resized.observe(this.pictures());
    new OwnPicture(root);
    this.draw();
  }

  draw(): void {
    const shown = this.session.others().flatMap(([id, one]) => this.shownOf(id, one));
    for (const [id, tile] of this.tiles) {
      if (!shown.some((one) => one.id === id)) this.remove(id, tile);
    }
    const list = this.list();
    shown.forEach((one, index) => {
      const tile = this.tile(one.id);
      if (list.children[index] !== tile) list.insertBefore(tile, list.children[index] ?? null);
      this.fill(tile, one);
    });
    list.dataset.count = String(shown.length);
    list.toggleAttribute(
      "data-screen",
      shown.some((one) => one.isScreen),
    );
    this.arrange();
    this.root.querySelector<HTMLElement>("[data-alone]")?.toggleAttribute("hidden", shown.length > 0);
    this.drawOwn();
  }

  /** The video that fills most of the call, for picture in picture. */
  mainVideo(): HTMLVideoElement | null {
    return this.list().querySelector<HTMLVideoElement>("[data-picture=on] video");
  }

  /** Plays everything that the browser has held back until somebody presses something. */
  async playAll(): Promise<void> {
    await this.playing.resume();
  }

  close(): void {
    this.playing.close();
    this.resized.disconnect();
  }

  /** Lays out the pictures in a grid that fits the space, and their shapes if they are few. */
  private arrange(): void {
    const [list, pictures] = [this.list(), this.pictures()];
    const count = list.childElementCount;
    const screens = list.querySelectorAll("[data-kind=screen]").length;
    const isMany = count - screens >= MANY;
    pictures.toggleAttribute("data-many", isMany);
    list.toggleAttribute("data-pinning", !isMany && count > 1 && this.tiles.has(this.pinned));
    if (!isMany) {
      const ratios = [...this.looks.values()].map((look) => look.ratio);
      const place = { width: pictures.clientWidth, height: pictures.clientHeight };
      list.style.setProperty("--columns", String(columnsFor(ratios, place)));
      return;
    }
    const grid = gridFor(count - screens + 1, screens > 0, pictures.clientWidth, pictures.clientHeight);
    pictures.style.setProperty("--columns", String(grid.columns));
    pictures.style.setProperty("--screen-rows", String(grid.screenRows));
  }

  private pictures(): HTMLElement {
    return this.list().parentElement ?? this.root;
  }

  private list(): HTMLElement {
    return this.root.querySelector<HTMLElement>("[data-tiles]") ?? this.root;
  }

  private shownOf(id: string, one: Participant): Shown[] {
    const received = this.session.receivedFrom(one.connection_id);
    const state: Shown["state"] = one.state === "asked" ? "asked" : this.session.stateOf(one);
    const isVideo = this.session.mode === "video";
    const base = {
      sign: state === "asked" ? "" : signOf(one, isVideo && state === "connected"),
      name: this.nameOf(id, one),
      kind: one.kind,
      isPaused: state === "connected" && this.session.isPaused(one),
      state,
    };
    const person: Shown = {
      ...base,
      id,
      stream: received?.camera ?? null,
      hasPicture: one.camera && flows(received?.camera) && !base.isPaused,
      isScreen: false,
    };
    if (!one.sharing) return [person];
    const screen = received?.screen ?? null;
    return [{ ...base, id: `${id}-screen`, stream: screen, hasPicture: flows(screen), isScreen: true }, person];
  }

  private nameOf(id: string, one: Participant): string {
    return this.session.people[id]?.name || say(this.session.place, `kind_${one.kind}`);
  }

  private tile(id: string): HTMLElement {
    const known = this.tiles.get(id);
    if (known) return known;
    const template = this.root.querySelector<HTMLTemplateElement>("[data-tile-template]");
    const made = template?.content.firstElementChild?.cloneNode(true);
    const tile = made instanceof HTMLElement ? made : document.createElement("li");
    this.tiles.set(id, tile);
    this.looks.set(id, new TilePicture(tile, () => this.pin(id)));
    tile.querySelector("video")?.addEventListener("resize", () => this.arrange());
    return tile;
  }

  /** One person largest, such as an interpreter who signs; pressed again, nobody is. */
  private pin(id: string): void {
    this.pinned = this.pinned === id ? "" : id;
    this.draw();
  }

  private fill(tile: HTMLElement, one: Shown): void {
    const words = one.isScreen ? say(this.session.place, "screen_of", { name: one.name }) : one.name;
    tile.dataset.participant = one.id;
    tile.dataset.kind = one.isScreen ? "screen" : one.kind;
    tile.dataset.state = one.state;
    const video = tile.querySelector("video");
    const isHeld = video !== null && this.playing.isHeld(video);
    tile.dataset.picture = one.hasPicture && !isHeld ? "on" : "off";
    tile.toggleAttribute("data-pinned", this.pinned === one.id);
    tile.querySelector<HTMLElement>("[data-picture-does=pin]")?.setAttribute("data-on", String(this.pinned !== one.id));
    setText(tile, "[data-name]", words);
    setText(tile, "[data-initials]", initialsOf(one.name));
    showSigns(tile, one.isScreen ? "" : one.sign);
    tile.querySelector("[data-sign=reconnecting]")?.toggleAttribute("hidden", one.state !== "reconnecting");
    tile.querySelector("[data-sign=paused]")?.toggleAttribute("hidden", !one.isPaused || one.isScreen);
    tile
      .querySelector("[data-sign=joining]")
      ?.toggleAttribute("hidden", one.state !== "asked" && one.state !== "connecting");
    if (video) this.show(video, one, words);
    this.tellChange(one);
  }

  private show(video: HTMLVideoElement, one: Shown, words: string): void {
    video.setAttribute("aria-label", words);
    video.muted = one.isScreen;
    if (sync(video, one)) void this.playing.play(video);
  }

  /** One notice, whatever is held back: its button starts everybody's sound and pictures. */
  private drawHeld(): void {
    const { holds } = this.playing;
    const notice = this.root.querySelector<HTMLElement>("[data-sound-held]");
    if (notice && notice.dataset.soundHeld !== holds) {
      notice.dataset.soundHeld = holds;
      notice.hidden = holds === "";
    }
    this.draw();
  }

  private drawOwn(): void {
    const own = this.root.querySelector<HTMLElement>("[data-own]");
    const video = own?.querySelector("video");
    if (!own || !video) return;
    const track = this.session.devices.picture;
    if (showPicture(video, track)) void this.playing.play(video);
    own.dataset.picture = track && this.session.seen && !this.playing.isHeld(video) ? "on" : "off";
    const { microphone, muted } = this.session;
    showSigns(own, signOf({ kind: this.session.place.audience, microphone, muted, camera: true }, false));
  }

  /** Announces who joined, disconnected or came back to those who do not see it. */
  private tellChange(one: Shown): void {
    const before = this.states.get(one.id);
    this.states.set(one.id, one.state);
    if (before === one.state || one.isScreen) return;
    if (one.state === "connected") {
      announce(say(this.session.place, before === "reconnecting" ? "is_back" : "is_here", { name: one.name }));
    } else if (one.state === "reconnecting") {
      announce(say(this.session.place, "is_reconnecting", { name: one.name }));
    }
  }

  private remove(id: string, tile: HTMLElement): void {
    const video = tile.querySelector("video");
    if (video) this.playing.forget(video);
    if (video) video.srcObject = null;
    tile.remove();
    this.tiles.delete(id);
    this.looks.delete(id);
    if (this.pinned === id) this.pinned = "";
    if (this.states.delete(id) && !id.endsWith("-screen")) {
      announce(say(this.session.place, "has_left", { name: tile.querySelector("[data-name]")?.textContent ?? "" }));
    }
  }
}

/**
 * Gives a video what has begun to arrive; returns whether it has to be played again. A track that
 * is silent from the start would delay the page's “load” forever; one that pauses later stays.
 */
function sync(video: HTMLVideoElement, one: Shown): boolean {
  const shown = (video.srcObject as MediaStream | null) ?? new MediaStream();
  const there = one.stream?.getTracks().filter((track) => track.readyState === "live") ?? [];
  const wanted = there.filter((track) => track.kind === "audio" || one.hasPicture);
  const known = shown.getTracks();
  for (const track of known) if (!wanted.includes(track)) shown.removeTrack(track);
  for (const track of wanted) if (!track.muted && !known.includes(track)) shown.addTrack(track);
  const isEmpty = shown.getTracks().length === 0;
  if (isEmpty === (video.srcObject === null)) return false;
  video.srcObject = isEmpty ? null : shown;
  return !isEmpty;
}

/** Shows one of a tile's signs, or none. */
function showSigns(tile: HTMLElement, shown: Sign): void {
  for (const sign of tile.querySelectorAll<HTMLElement>("[data-device-sign]")) {
    sign.hidden = sign.dataset.sign !== shown;
  }
}

/** Whether pictures arrive in a stream. */
function flows(stream: MediaStream | null | undefined): boolean {
  return stream?.getVideoTracks().some((track) => !track.muted && track.readyState === "live") ?? false;
}

function setText(tile: HTMLElement, selector: string, text: string): void {
  const element = tile.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

/** The letters in place of a picture. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word && !/^(dr|prof|mrs?|ms|nurse|sister)\.?$/i.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => word?.[0] ?? "");
  return letters.join("").toUpperCase();
}
