import type { HaLink, HaLinkOptions, HaMember } from "../ha/link";
import type { Firewall } from "../firewall";
import { result } from "../http/answers";
import type { Answer } from "../http/answers";
import { Refusal } from "../refusal";
import { escapeText } from "../xml/print";
import type { OpCommands } from "./types";

function values(pairs: [string, string | number][]): string {
  return pairs.map(([tag, value]) => `<${tag}>${escapeText(String(value))}</${tag}>`).join("");
}

function modeName(mode: HaLinkOptions["mode"]): string {
  return mode === "active-active" ? "Active-Active" : "Active-Passive";
}

function infoOf({ mode }: HaLinkOptions, member: HaMember): [string, string | number][] {
  const { firewall, priority, place, state, since } = member;
  const isPanorama = mode === "panorama";
  return [
    ...(isPanorama
      ? []
      : ([
          ["platform-model", "PA-VM"],
          ["mode", modeName(mode)],
        ] as [string, string][])),
    ["state", state],
    ["state-duration", Math.floor((Date.now() - since.getTime()) / 1000)],
    ["priority", isPanorama ? place : priority],
    ["preemptive", "no"],
    // With the length of its network, as the CLI shows it.
    ["mgmt-ip", `${firewall.address}/8`],
    ["build-rel", firewall.swVersion],
    ...(isPanorama ? [] : ([["serial-num", firewall.serial]] as [string, string][])),
  ];
}

function state(firewall: Firewall): Answer {
  const { ha } = firewall;
  if (!ha) return result("<enabled>no</enabled>");
  const { options } = ha;
  const peer = ha.peerOf(firewall);
  const peerInfo: [string, string | number][] = peer.firewall.isReachable
    ? [["conn-status", "up"], ...infoOf(options, peer)]
    : [
        ["conn-status", "down"],
        ["state", "unknown"],
      ];
  const both =
    `<local-info>${values(infoOf(options, ha.member(firewall)))}</local-info>` +
    `<peer-info>${values(peerInfo)}</peer-info>` +
    values([
      ["running-sync", ha.sync],
      ["running-sync-enabled", options.syncEnabled ? "yes" : "no"],
    ]);
  // Panorama's has no group around it.
  if (options.mode === "panorama") return result(`<enabled>yes</enabled>${both}`);
  return result(`<enabled>yes</enabled><group><mode>${modeName(options.mode)}</mode>${both}</group>`);
}

function pairOf({ ha }: Firewall): HaLink {
  if (!ha) throw new Refusal(undefined, ["HA is not enabled"]);
  return ha;
}

export const haCommands: OpCommands = {
  "show high-availability state": (_, { firewall }) => state(firewall),
  "show high-availability all": (_, { firewall }) => state(firewall),
  "request high-availability sync-to-remote running-config": (_, { firewall }) => {
    pairOf(firewall).synchronize(firewall);
    return result("<msg><line>HA synchronization job has been queued on peer.</line></msg>");
  },
  "request high-availability state suspend": (_, { firewall }) => {
    const ha = pairOf(firewall);
    if (ha.leads(ha.member(firewall)) && ha.follows(ha.peerOf(firewall))) ha.failOver("suspended");
    else ha.setState(firewall, "suspended");
    return result("<msg><line>Successfully changed HA state to suspended</line></msg>");
  },
  "request high-availability state functional": (_, { firewall }) => {
    const ha = pairOf(firewall);
    ha.put(firewall, !ha.leads(ha.peerOf(firewall)));
    return result("<msg><line>Successfully changed HA state to functional</line></msg>");
  },
};
