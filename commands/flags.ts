/** Options that several commands have: the same name for the same thing, everywhere. */
import { flag, required, text, type Option } from "./framework/options";

/** @param says whose, in the command's words */
export const stack = (says: string, missing: string): Option<string> =>
  required("NAME", says, missing, { completes: "stack" });
export const configFile = text("FILE", "the stack's settings, where they are in another file", {
  completes: "file",
});
export const firewall = text("NAME", "which firewall, where the stack's `firewalls` lists several");
/** @param also an older name */
export const inventory = (says: string, also?: string): Option<string | undefined> =>
  text("FILE", says, { completes: "file", ...(also !== undefined && { also }) });
export const rulebase = (says: string): Option<string | undefined> =>
  text("FILE", says, { completes: "file" });
export const out = (says: string): Option<string | undefined> => text("DIR", says, { completes: "folder" });
export const region = text("REGION", "the AWS region, if nothing else says it");
export const engine = flag("use the stand-in for the Pulumi CLI even where one is installed");
export const cli = flag("use the Pulumi CLI, and fail where there is none");
export const json = flag("the answer for programs");
