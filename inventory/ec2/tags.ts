import type { Tag } from "@aws-sdk/client-ec2";
import type { Tags } from "../types";

/** Without AWS's own, which the data sources hide: a setting must mean the same with either source. */
export function tagsOf(tags: Tag[] | undefined): Tags {
  return Object.fromEntries(
    (tags ?? []).flatMap(({ Key = "", Value = "" }) => (Key.startsWith("aws:") ? [] : [[Key, Value]])),
  );
}
