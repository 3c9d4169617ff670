/** What the page holds as data: a review, with firewalls that get the same told once. */
import type { FirewallReview, Review } from "../types";

export interface PageData extends Omit<Review, "firewalls" | "format"> {
  firewalls: PageFirewall[];
}

interface PageFirewall extends Omit<FirewallReview, "firewall" | "reaches" | "unchanged" | "cost"> {
  /** `name/vsys` of each that gets this. */
  names: string[];
  /** What stays and what the update will take, in a sentence; "" where it could not be asked. */
  update: string;
}
