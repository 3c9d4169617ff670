import { applicationXml, type FoundApplication } from "../panos/entries";
import { applicationHash } from "../declaration/hashes";
import type { ApplicationInputs } from "./inputs";
import { markedObjectProvider } from "./marked-object";
import { isOurApplicationUnmarked, ownsApplication } from "../declaration/ownership";

/** Application: a custom application of ours, for ICMP types and IP protocols that PAN-OS has no name for. */
export const provider = markedObjectProvider<ApplicationInputs, FoundApplication>({
  noun: "custom application",
  container: "application",
  in: ({ applications }) => applications,
  xml: applicationXml,
  hash: applicationHash,
  owns: ownsApplication,
  mark: "the description that marks it as this stack's",
  isUnmarked: isOurApplicationUnmarked,
  tagsOf: () => [],
  inputs: (found, place) => ({ ...found, ...place }) as ApplicationInputs,
});
