/** What a device has installed, and whether its update server has anything else: here there is no such server. */
import type { Firewall } from "../firewall";
import { result } from "../http/answers";
import { deviceTime } from "../time";
import { escapeText } from "../xml/print";
import { systemInfo } from "./device";
import type { OpCommand, OpCommands } from "./types";

/** The one PAN-OS version that there is. Its size and date are not known, and stand empty. */
const software: OpCommand = (_, { firewall }) =>
  result(
    `<sw-updates last-updated-at="${deviceTime(firewall.started)}"><msg/><versions>` +
      entry({
        version: firewall.swVersion,
        filename: `PanOS_vm-${firewall.swVersion}`,
        ...UNKNOWN,
        downloaded: "yes",
        current: "yes",
        latest: "yes",
      }) +
      "</versions></sw-updates>",
  );

/** The one version of applications and threats. */
const content: OpCommand = (_, { firewall }) => {
  const version = contentVersion(firewall);
  const installed = entry({
    version,
    "app-version": version,
    filename: `panupv2-all-contents-${version}`,
    ...UNKNOWN,
    downloaded: "yes",
    current: "yes",
    previous: "no",
    installing: "no",
    features: "contents",
    "update-type": "Full",
  });
  return result(
    `<content-updates last-updated-at="${deviceTime(firewall.started)}">${installed}</content-updates>`,
  );
};

const UNKNOWN = { size: "", "size-kb": "", "released-on": "", "release-notes": "" };

function contentVersion(firewall: Firewall): string {
  return systemInfo(firewall)["app-version"] ?? "";
}

function entry(fields: Readonly<Record<string, string>>): string {
  const values = Object.entries(fields).map(([tag, value]) => `<${tag}>${escapeText(value)}</${tag}>`);
  return `<entry>${values.join("")}</entry>`;
}

export const updateCommands: OpCommands = {
  "request system software info": software,
  "request system software check": software,
  "request content upgrade info": content,
  "request content upgrade check": content,
};
