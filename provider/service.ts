import { serviceXml, type FoundService } from "../panos/entries";
import { serviceHash } from "../declaration/hashes";
import type { ServiceInputs } from "./inputs";
import { markedObjectProvider } from "./marked-object";
import { isOurServiceUntagged, ownsService } from "../declaration/ownership";

/** Service: a service object of ours, for ports that no application says exactly. */
export const provider = markedObjectProvider<ServiceInputs, FoundService>({
  noun: "service",
  container: "service",
  in: ({ services }) => services,
  xml: serviceXml,
  hash: serviceHash,
  owns: ownsService,
  mark: "this stack's tag",
  isUnmarked: isOurServiceUntagged,
  tagsOf: ({ tag }) => tag,
  inputs: (found, place) => ({ ...found, ...place }) as ServiceInputs,
});
