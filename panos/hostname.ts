import { isIPv6 } from "node:net";

export const HOSTNAME = /^([A-Za-z0-9._-]+|[0-9A-Fa-f:]+|\[[0-9A-Fa-f:]+\])$/;

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/**
 * What a URL's parser makes of a host, in the one form that equal ones have; undefined where it takes it for none. It has
 * rules of its own: a name whose last part is a number is an IPv4 address to it, in which 010 is 8 and 10.1 is 10.0.0.1.
 */
export function parsedHost(host: string): string | undefined {
  const url = `https://${hostInUrl(host)}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** What is wrong with a host as somebody wrote it; undefined: it is one, and no other than it says. */
export function hostProblem(host: string): string | undefined {
  // A URL may have a password in it.
  const shown = host.includes("@") ? "what it says" : JSON.stringify(host);
  const isNone = `${shown} is not a host name or an address`;
  if (/^[^:]+:\d+$/.test(host)) return `${isNone}: a port goes into panos:port (or PANOS_PORT)`;
  if (!HOSTNAME.test(host)) return isNone;
  if (host.includes(":")) return isIPv6(host.replace(/^\[|\]$/g, "")) ? undefined : isNone;
  if (parsedHost(host) === host.toLowerCase()) return undefined;
  return /(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(host)
    ? `${isNone}: an IPv4 address is four numbers from 0 to 255, with no zero before them`
    : isNone;
}
