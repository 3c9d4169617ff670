import type { Firewall } from "../firewall";
import { BadRequest, Refusal } from "../refusal";
import { isPanorama } from "../schema/hierarchy";
import { parseXml } from "../xml/parse";
import { message } from "./answers";
import type { Answer } from "./answers";

/** The fields of a form with a file in it: that one is called `file`, and its name `filename`. */
export function multipartFields(body: string, contentType: string): [string, string][] {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  return body.split(`--${boundary}`).flatMap((part): [string, string][] => {
    const [, head = "", value = ""] = /^\r?\n(.*?)\r?\n\r?\n(.*?)\r?\n$/s.exec(part) ?? [];
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    const filename = /\bfilename="([^"]*)"/i.exec(head)?.[1];
    if (name === undefined) return [];
    return filename === undefined
      ? [[name, value]]
      : [
          ["file", value],
          ["filename", filename],
        ];
  });
}

/** `type=import`: a configuration is saved under its file's name, to be loaded; nothing else is taken. */
export function imported(firewall: Firewall, parameters: ReadonlyMap<string, string>): Answer {
  const category = parameters.get("category") ?? "";
  if (category !== "configuration")
    throw new Refusal("17", [`import of category ${category || "(none)"} is not simulated`]);
  const [file, name] = [parameters.get("file"), parameters.get("filename")];
  if (file === undefined || !name) throw new BadRequest(400, 'Missing value for parameter "file".');
  const config = parseXml(file);
  const isOurs = firewall.panorama ? isPanorama(config) : firewall.vsys(config, "vsys1") !== undefined;
  if (config.tag !== "config" || !isOurs)
    throw new Refusal("12", [`${name} is no configuration of this device`]);
  firewall.savedConfigs.set(name, config);
  return message(undefined, `${name} saved`);
}
