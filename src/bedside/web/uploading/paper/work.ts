/** What is asked about the pixels of a page, by the page or by its worker. */
import { cleared } from "./clear";
import { findPaper } from "./edges";
import type { Corners, Picture } from "./geometry";
import { straightened } from "./straighten";

export interface Question {
  picture: Picture;
  /** Where the page is, to straighten it; null to find it. */
  corners: Corners | null;
  clear: boolean;
}

export interface Answer {
  /** The page that was found; null if none stands out, or it was not asked for. */
  corners: Corners | null;
  picture: Picture | null;
}

export function answered({ picture, corners, clear }: Question): Answer {
  if (!corners) return { corners: findPaper(picture), picture: null };
  const page = straightened(picture, corners);
  return { corners: null, picture: clear ? cleared(page) : page };
}
