/** Variables by which other programs are told of a proxy, in both cases of letters. */
const NAMES = ["https_proxy", "http_proxy", "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);

/**
 * A sentence for the error about a host that can't be reached: that a proxy is named, and not asked. Empty where none is,
 * or `no_proxy` leaves the host out. The addresses, which may have passwords in them, are not shown.
 */
export function proxyNote(host: string, environment: NodeJS.ProcessEnv = process.env): string {
  const names = NAMES.filter((name) => environment[name]);
  const direct = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  if (names.length === 0 || direct.split(/[\s,]+/).some((each) => isMeant(each, host))) return "";
  return `. This program asks no proxy (${names.join(", ")}): it needs a direct way there`;
}

function isMeant(entry: string, host: string): boolean {
  const domain = entry.toLowerCase().replace(/^\*?\./, "");
  const name = host.toLowerCase();
  return entry === "*" || (domain !== "" && (name === domain || name.endsWith(`.${domain}`)));
}
