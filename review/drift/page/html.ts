/** Drift as one page. */
import { documentOf } from "../../page/document";
import type { Drift } from "../types";
import { PLACES, SAID } from "../words";
import type { PageData } from "./types";

/** The page's file. @param made when and by what */
export function pageOf({ stack, summary, firewalls }: Drift, made?: string): string {
  const data: PageData = { stack, summary, firewalls, said: SAID, places: PLACES };
  return documentOf({
    title: "Drift of",
    stack,
    summary,
    data,
    made,
    without: "The list needs scripts; drift.md says the same without.",
    folder: __dirname,
    style: "drift.css",
    modules: ["rows", "filter", "columns", "main"],
  });
}
