/** Everything that keeps a page of the console live. */
import { startAlarms } from "./alarms";
import { startBadges } from "./badges";
import { startChoosing } from "./choosing";
import { startFragments } from "./fragments";
import { startPosts } from "./posts";
import { startReviews } from "./reviews";

export function startLive(): void {
  startPosts();
  startReviews();
  startChoosing();
  startFragments();
  const { deskTopic, railTopic } = document.querySelector<HTMLElement>("[data-desk-topic]")?.dataset ?? {};
  if (!deskTopic) return;
  if (railTopic) startBadges(railTopic);
  startAlarms(deskTopic);
}
