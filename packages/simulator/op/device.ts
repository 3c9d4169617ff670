import { randomBytes } from "node:crypto";
import { hashed } from "../accounts";
import type { Firewall } from "../firewall";
import { result } from "../http/answers";
import { COUNTED } from "../policy/capacity";
import { deviceTime, timeOfDay } from "../time";
import type { XmlElement } from "../xml/element";
import { escapeText } from "../xml/print";
import type { OpCommands } from "./types";

/** In the vm-memory of `show system info`, KiB. */
const MEMORY = 16384000;

function upSince(started: Date): string {
  const seconds = Math.floor((Date.now() - started.getTime()) / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 86400)} days, ${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `show system info`, and the root of what `type=version` answers. */
export function systemInfo(firewall: Firewall): Record<string, string> {
  return {
    hostname: firewall.hostname,
    "ip-address": firewall.address,
    "public-ip-address": "unknown",
    netmask: "255.0.0.0",
    "default-gateway": "",
    "is-dhcp": "no",
    "ipv6-address": "unknown",
    "mac-address": firewall.macAddress,
    time: new Date().toUTCString(),
    uptime: upSince(firewall.started),
    devicename: firewall.hostname,
    family: firewall.panorama ? "pc" : "vm",
    model: firewall.panorama ? "Panorama" : "PA-VM",
    serial: firewall.serial,
    "vm-mac-base": "7C:89:C3:0F:F5:00",
    "vm-mac-count": "256",
    "vm-uuid": "564D2A7C-0000-4000-8000-000000000001",
    "vm-cpuid": "",
    "vm-license": "VM-SERIES-4",
    "vm-cap-tier": "16.0 GB",
    "vm-cpu-count": "4",
    "vm-memory": String(MEMORY),
    "vm-mode": "VMware ESXi",
    "cloud-mode": "non-cloud",
    "sw-version": firewall.swVersion,
    "app-version": "8800-8567",
    "av-version": "0",
    "threat-version": "8800-8567",
    "url-db": "paloaltonetworks",
    "multi-vsys": firewall.isMultiVsys ? "on" : "off",
    "operational-mode": "normal",
    "device-certificate-status": "None",
  };
}

export const deviceCommands: OpCommands = {
  "show system info": (_, { firewall }) => {
    const values = Object.entries(systemInfo(firewall));
    return result(
      `<system>${values.map(([tag, value]) => `<${tag}>${escapeText(value)}</${tag}>`).join("")}</system>`,
    );
  },
  "show system resources": (_, { firewall }) => result(`<![CDATA[${resources(firewall)}]]>`),
  "show admins": (_, { firewall, admin }) => {
    const entries = firewall.accounts
      .names()
      .map(
        (name) =>
          `<entry><admin>${escapeText(name)}</admin><from>127.0.0.1</from><type>Web</type>` +
          `<session-start>${deviceTime(firewall.started).slice(5)}</session-start><idle-for>00:00:00s</idle-for>` +
          `${name === admin ? "<self/>" : ""}</entry>`,
      );
    return result(`<admins>${entries.join("")}</admins>`);
  },
  "show admins all": (_, { firewall }) =>
    result(
      `<admins>${firewall.accounts
        .names()
        .map((name) => `<entry><admin>${escapeText(name)}</admin></entry>`)
        .join("")}</admins>`,
    ),
  "show clock": () => result(escapeText(clock(new Date()))),
  "show chassis-ready": () => result("yes"),
  "show plugins packages": () => result("<plugins></plugins>"),
  "show plugins installed": () => result(""),
  "show operational-mode": () => result("normal"),
  "show system state": (node, { firewall }) => result(escapeText(systemState(firewall, node))),
  "show system setting multi-vsys": (_, { firewall }) => result(firewall.isMultiVsys ? "on" : "off"),
  "request license info": () => result("<licenses></licenses>"),
  "request multi-config enabled": () => result("<msg><line>multi-config is enabled</line></msg>"),
  "request password-hash password": (node) => {
    // Another one each time, as PAN-OS makes it: a client sees a change whenever it sets a password.
    const hash = hashed(node.text, randomBytes(8).toString("hex"));
    return result(`<phash>${hash}</phash>`);
  },
  "show interface": (node) => {
    const name = node.text === "management" ? "Management Interface" : escapeText(node.text);
    return result(
      `<info><name>${name}</name></info><counters><rx-packets>0</rx-packets><tx-packets>0</tx-packets></counters>`,
    );
  },
  "set cli pager": () => result(""),
};

/**
 * The device's state as `name: value` lines, some limits in hexadecimal and others not; of a filter, the names
 * that begin with it.
 */
function systemState({ capacity }: Firewall, node: XmlElement): string {
  const filter = (node.children.find(({ tag }) => tag === "filter")?.text ?? "").replace(/\*$/, "");
  return Object.entries(COUNTED)
    .map(([kind, { setting }]): [string, number] => [
      `cfg.general.${setting}`,
      capacity[kind as keyof typeof capacity],
    ])
    .filter(([name]) => name.startsWith(filter))
    .map(([name, limit]) => `${name}: ${name.endsWith("max-address") ? limit : `0x${limit.toString(16)}`}\n`)
    .join("");
}

/** The head of what `top` prints: an idle machine, whose processes nobody knows. */
function resources({ started }: Firewall): string {
  const [total, none] = [(MEMORY / 1024).toFixed(1), "0.0"];
  return [
    `top - ${timeOfDay(new Date())} up ${upSince(started)},  0 users,  load average: 0.00, 0.00, 0.00`,
    "Tasks:   0 total,   0 running,   0 sleeping,   0 stopped,   0 zombie",
    "%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st",
    `MiB Mem : ${total} total, ${total} free, ${none} used, ${none} buff/cache`,
    `MiB Swap: ${none} total, ${none} free, ${none} used. ${total} avail Mem`,
    "",
  ].join("\n");
}

/** "Sat Nov  1 04:11:47 UTC 2026" and a line's end, which clients count on. */
function clock(now: Date): string {
  const [weekday = "", day = "", month = "", year = "", time = ""] = now
    .toUTCString()
    .replace(",", "")
    .split(" ");
  return `${weekday} ${month} ${day.replace(/^0/, " ")} ${time} UTC ${year}\n`;
}
