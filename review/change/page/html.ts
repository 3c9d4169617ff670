/** A review as one page. */
import { documentOf } from "../../page/document";
import { alike, footer } from "../markdown";
import type { Review } from "../types";
import type { PageData } from "./types";

/** The page's file. @param made when and by what */
export function pageOf({ firewalls, ...review }: Review, made?: string): string {
  const data: PageData = {
    ...review,
    firewalls: alike(firewalls).map(({ names, firewall }) => ({
      names,
      update: footer(firewall, names).join(" ").trim(),
      refusal: firewall.refusal,
      changes: firewall.changes,
      withheld: firewall.withheld,
      alreadyAllowed: firewall.alreadyAllowed,
      adopted: firewall.adopted,
      held: firewall.held,
    })) as PageData["firewalls"],
  };
  return documentOf({
    title: "Firewall review of",
    stack: review.stack,
    summary: review.summary,
    data,
    made,
    without: "The list and the picture need scripts; review.md says the same without.",
    folder: __dirname,
    style: "review.css",
    modules: ["rows", "filter", "blocks", "layout", "picture", "unfolded", "columns", "main"],
  });
}
